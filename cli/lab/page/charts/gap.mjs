// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// What a launch does to other threads: the longest pause of another thread
// during it, with the pause when nothing is launched as the reference.
import { contenders_of, kind_of } from "../documents.mjs";
import { count, duration, load, size } from "../figures.mjs";
import { bars, grid_of } from "./bars.mjs";
import { duration_axis, emphasis, frame, horizontal, tip, told } from "./frame.mjs";

const idle = "nothing launched";

function categories_of(runs) {
  const categories = new Map();
  for (const run of runs) {
    const key = `${run.rss_mib},${run.descriptors}`;
    if (categories.has(key)) continue;
    const holds = (other) => `${other.rss_mib},${other.descriptors}` === key;
    const label = `${size(run.rss_mib)}\n${count(run.descriptors)} fds`;
    categories.set(key, { holds, run, label, idle: run.idle_gap_us?.p50 });
  }
  return [...categories.values()];
}

function feed(document) {
  const runs = kind_of(document) === "sweep"
    ? document.runs.filter((run) => run.bystander_gap_us) : [];
  if (runs.length === 0) return null;
  const categories = categories_of(runs);
  const names = contenders_of(runs);
  const pick = (run) => run.bystander_gap_us.p50;
  return { categories, names, lanes: grid_of(names, categories, runs, pick) };
}

function sentence({ categories, lanes }) {
  const heaviest = categories.reduce((a, b) => (b.run.rss_mib > a.run.rss_mib ? b : a));
  const at = categories.indexOf(heaviest);
  const figures = lanes.filter(({ figures }) => figures[at])
    .map(({ name, figures }) => ({ name, value: figures[at].value }));
  const reference = heaviest.idle === undefined ? ""
    : `, against ${duration(heaviest.idle)} when nothing is launched (the dashes)`;
  return `Longest pause of another thread during one launch (median): with ` +
    `${load(heaviest.run, ["rss_mib", "descriptors"])}, ${told(figures, duration)}${reference}.`;
}

// A dash across its category.
function reference(stage, categories) {
  return {
    type: "scatter", emphasis, name: idle, symbol: "rect", z: 6, color: stage.look.text,
    symbolSize: [(stage.width - 80) / categories.length * 0.86, 2],
    data: categories.map((category) => category.idle ?? null),
  };
}

function tooltip(items) {
  const { run } = items.find(({ data }) => data?.run)?.data ?? { run: {} };
  const rows = items.filter(({ data }) => data?.run || typeof data === "number")
    .map(({ color, seriesName, data }) => {
      const { p50, p99, max } = data.run ? data.run.bystander_gap_us : run.idle_gap_us ?? {};
      return { colour: color, name: seriesName, cells: [p50, p99, max].map(duration) };
    });
  return tip(load(run, ["rss_mib", "descriptors"]), ["p50", "p99", "max"], rows);
}

function option({ categories, names, lanes }, stage) {
  const base = frame(stage, [...names, idle]);
  const all = [...lanes.flatMap(({ figures }) => figures.map((figure) => figure?.value)),
    ...categories.map((category) => category.idle)];
  return {
    ...base,
    grid: { ...base.grid, bottom: 12 },
    tooltip: { ...base.tooltip, axisPointer: { type: "shadow" }, formatter: tooltip },
    xAxis: horizontal(stage, "", {
      type: "category", data: categories.map(({ label }) => label),
      axisLabel: { interval: 0, lineHeight: 15 },
    }),
    yAxis: duration_axis(stage, "longest pause, p50", all),
    series: [...lanes.map(({ name, figures }) => bars(stage, name, figures)),
      reference(stage, categories)],
  };
}

export const gap = { name: "gap", title: "Pauses of other threads", feed, sentence, option };
