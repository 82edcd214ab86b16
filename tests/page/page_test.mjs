// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// The report page shows what was recorded:
//   node page_test.mjs BROWSER PAGE.html SWEEP.json HANG.json
// PAGE.html is made of the two documents, the sweep first.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { click_legend, series_of, unmarked } from "./drawn.mjs";
import { open } from "./open.mjs";

const [browser, html, ...recorded] = process.argv.slice(2);
const [sweep, hang] = recorded.map((path) => JSON.parse(readFileSync(path, "utf8")));
const charts = ["sweep.launch_by_memory", "sweep.first_by_memory", "sweep.launch_by_descriptors",
  "sweep.finish_by_descriptors", "sweep.gap", "sweep.throughput", "hang.waits",
  "hang.worker_waits", "hang.throughput"];

const of = (runs, name) => runs.filter((run) => run.contender === name);
const single = (axis, value) =>
  sweep.runs.filter((run) => run.workers === 1 && run[axis] === value);
const names = (runs) => [...new Set(runs.map((run) => run.contender))];

// What the charts must have drawn, straight from the documents. The recorded
// sweep has 0, 1 and 4 GiB at 10 descriptors, and 15,000 descriptors at 0 GiB.
const place = (mebibytes) => mebibytes || 256;
const expected = {
  "sweep.launch_by_memory": (name) => of(single("descriptors", 10), name)
    .map((run) => [place(run.rss_mib), run.launch_us.p50]),
  "sweep.first_by_memory": (name) => of(single("descriptors", 10), name)
    .map((run) => [place(run.rss_mib), run.first.launch_us.p50]),
  "sweep.launch_by_descriptors": (name) => of(single("rss_mib", 0), name)
    .map((run) => [run.descriptors, run.launch_us.p50]),
  "sweep.finish_by_descriptors": (name) => of(single("rss_mib", 0), name)
    .map((run) => [run.descriptors, run.finish_us.p50]),
  "sweep.gap": (name) => (name === "nothing launched"
    ? of(sweep.runs, "fork").filter((run) => run.idle_gap_us).map((run) => run.idle_gap_us.p50)
    : of(sweep.runs, name).filter((run) => run.bystander_gap_us)
      .map((run) => run.bystander_gap_us.p50)),
  "sweep.throughput": (name) => of(sweep.runs, name).filter((run) => run.workers === 8)
    .map((run) => run.rate_per_s),
  "hang.waits": (name, type) => of(hang.runs, name)
    .flatMap((run) => ({
      scatter: () => run.dump_at_s.map((when) => [when, at(run, when)]),
      line: () => run.waits.map((wait) => [wait.at_s, shown(wait.longest_us)]),
      custom: () => run.waits.map((wait) =>
        [wait.at_s, shown(wait.longest_us), shown(wait.median_us)]),
    })[type]()),
  "hang.worker_waits": (name) => of(hang.runs, name).flatMap(({ by_worker, waits }) =>
    by_worker.flatMap(({ waits_us }) =>
      [...waits_us.map((wait, i) => (wait > 0 ? [waits[i].at_s, wait] : null)), null])
      .slice(0, -1)),
  "hang.throughput": (name) => of(hang.runs, name).map((run) => run.rate_per_s),
};

// No wait at all lies on the axis' floor, below every wait that there was.
const floor = 1000;
const shown = (wait) => Math.max(wait, floor);
const at = (run, when) => shown(run.waits.find((wait) => wait.at_s === when).longest_us);

// A busy machine draws a chart some frames after its size has changed.
async function still_unmarked(page, key) {
  for (const end = Date.now() + 15_000; ;) {
    const series = await unmarked(page, key);
    if (series.every(({ missing }) => missing === 0) || Date.now() > end) return series;
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(drawn)));
  }
}

async function every_point_is_drawn(page, key) {
  for (const { name, type, points, missing } of await still_unmarked(page, key)) {
    assert.equal(missing, 0,
      `${key}: ${missing} of ${points} points of the ${type} of ${name} are not drawn`);
  }
}

async function every_chart_draws_its_document(page) {
  assert.deepEqual(await page.evaluate(() => Object.keys(window.forklift.charts)), charts);
  for (const key of charts) {
    const series = await series_of(page, key);
    const runs = key === "hang.worker_waits" ? hang.runs.filter((run) => run.by_worker)
      : key.startsWith("hang") ? hang.runs : sweep.runs;
    const drawn = new Set(series.map(({ name }) => name));
    for (const name of names(runs)) assert.ok(drawn.has(name), `${key} lacks ${name}`);
    for (const { name, type, values } of series) {
      assert.ok(values.length > 0, `${key}: ${name} is empty`);
      assert.deepEqual(values, expected[key](name, type), `${key}: ${name}`);
    }
    await every_point_is_drawn(page, key);
  }
}

// ECharts may keep the emphasis of what the legend brings back under the mouse. What a
// custom series draws has a switch of its own.
async function no_series_changes_under_the_mouse(page) {
  for (const key of charts) {
    const changing = await page.evaluate((at) => window.forklift.charts[at].getOption().series
      .filter(({ emphasis, renderItem }) => !(renderItem
        ? renderItem({ dataIndex: 0 }, { coord: (point) => point }).emphasisDisabled
        : emphasis?.disabled))
      .map(({ name, type }) => `${type} ${name}`), key);
    assert.deepEqual(changing, [], `${key}: series with an emphasis`);
  }
}

async function dumps_tell_how_many_waited(page) {
  const texts = await page.locator('[id="hang.waits"] svg text').allTextContents();
  for (const run of hang.runs) {
    for (const number of run.waiting_per_dump) assert.ok(texts.includes(String(number)));
  }
}

// A point of a series that is switched off has no place in the SVG.
async function the_legend_switches_a_series(page, key, name) {
  const gone = async (wanted) => page.waitForFunction(([at, series, off]) => {
    const chart = window.forklift.charts[at];
    const colour = chart.getOption().series.find((one) => one.name === series).color;
    const { selected } = chart.getOption().legend[0];
    const paths = [...chart.getDom().querySelectorAll("svg path")]
      .filter((path) => [path.getAttribute("fill"), path.getAttribute("stroke")].includes(colour));
    return (selected[series] === false) === off && (paths.length === 0) === off;
  }, [key, name, wanted]);
  await gone(false);
  await click_legend(page, key, name);
  await gone(true);
  return gone;
}

async function the_legend_works_in_every_chart(page) {
  for (const key of charts) {
    const name = key.startsWith("hang") ? "go1.8" : "fork";
    const gone = await the_legend_switches_a_series(page, key, name);
    await click_legend(page, key, name);
    await gone(false);
  }
}

const colours = (page, key) => page.evaluate((at) => [getComputedStyle(document.body).color,
  window.forklift.charts[at].getOption().series[0].color], key);

async function dark_is_another_look_and_keeps_the_legend(page) {
  const key = "sweep.launch_by_memory";
  const before = await colours(page, key);
  const gone = await the_legend_switches_a_series(page, key, "posix_spawn");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.waitForFunction(([at, light]) =>
    window.forklift.charts[at].getOption().series[0].color !== light, [key, before[1]]);
  await gone(true);
  assert.notEqual((await colours(page, key))[0], before[0]);
  await click_legend(page, key, "posix_spawn");
  await gone(false);
  await page.emulateMedia({ colorScheme: "light" });
  await page.waitForFunction(([at, light]) =>
    window.forklift.charts[at].getOption().series[0].color === light, [key, before[1]]);
}

async function a_phone_need_not_scroll_sideways(page) {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.waitForFunction(() => Object.values(window.forklift.charts)
    .every((chart) => chart.getWidth() === chart.getDom().clientWidth && chart.getWidth() <= 390));
  assert.ok(await page.evaluate(() => document.scrollingElement.scrollWidth <= innerWidth));
  await every_chart_draws_its_document(page);
  const outside = await page.evaluate(() => [...document.querySelectorAll(".chart svg text")]
    .filter((text) => text.getBoundingClientRect().right > innerWidth)
    .map((text) => text.textContent));
  assert.deepEqual(outside, [], "labels beyond the right edge");
}

async function hovering_tells_figures_with_units(page) {
  const key = "sweep.launch_by_memory";
  const chart = page.locator(`[id="${key}"] .chart`);
  await chart.scrollIntoViewIfNeeded();
  const [x, y] = await page.evaluate((at) => {
    const one = window.forklift.charts[at];
    return one.convertToPixel({ seriesIndex: 0 }, one.getOption().series[0].data[1].value);
  }, key);
  await chart.hover({ position: { x, y } });
  const tip = chart.locator("table");
  await tip.waitFor();
  const text = await tip.innerText();
  for (const name of names(sweep.runs)) assert.ok(text.includes(name), text);
  assert.match(text, /p50\s+p99/);
  assert.match(text, /\d\u00a0(µs|ms)/);
  await page.mouse.move(0, 0);
}

async function all_is_told(page) {
  const text = await page.locator("main").innerText();
  for (const document of [sweep, hang]) {
    for (const words of [document.command, document.version, document.machine.kernel,
      document.machine.processor]) assert.ok(text.includes(words), words);
  }
  for (const { text: what, advice } of hang.warnings) {
    assert.ok(text.includes(what) && text.includes(advice), what);
  }
  assert.ok(text.includes(hang.explanation));
  assert.equal(await page.locator("#sweep tbody tr:not(.load)").count(), sweep.runs.length);
  assert.equal(await page.locator("#hang tbody tr").count(), hang.runs.length);
}

const claims = [every_chart_draws_its_document, no_series_changes_under_the_mouse,
  dumps_tell_how_many_waited, all_is_told, the_legend_works_in_every_chart,
  hovering_tells_figures_with_units, dark_is_another_look_and_keeps_the_legend,
  a_phone_need_not_scroll_sideways];
const complaints = await open(browser, html, async (page) => {
  for (const claim of claims) {
    await claim(page);
    console.log(claim.name.replaceAll("_", " "));
  }
});
assert.deepEqual(complaints, [], "the page complained, or asked for more than itself");
console.log("the page asks for nothing and complains of nothing");
