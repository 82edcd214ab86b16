// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// How long workers wait for the ForkLock while a hang runs, and what each dump
// of their stacks caught.
import { kind_of } from "../documents.mjs";
import { count, duration, many, seconds, size } from "../figures.mjs";
import { duration_axis, emphasis, frame, horizontal, tip, told } from "./frame.mjs";

// No wait at all has no place on a logarithmic axis: it lies on its lower end,
// a power of ten below the shortest wait.
function floor_of(runs) {
  const positive = runs.flatMap((run) => run.waits.map((wait) => wait.longest_us))
    .filter((wait) => wait > 0);
  return positive.length ? 10 ** (Math.ceil(Math.log10(Math.min(...positive))) - 1) : 1;
}

const longest = (run) =>
  Math.max(run.lock_wait_us?.max ?? 0, ...run.waits.map((wait) => wait.longest_us));

function feed(document) {
  if (kind_of(document) !== "hang") return null;
  const runs = document.runs.filter((run) => run.waits?.length);
  return runs.length ? { runs, floor: floor_of(runs) } : null;
}

function sentence({ runs }) {
  const figures = runs.map((run) => ({ name: run.contender, value: longest(run) }));
  const write = (wait) => (wait > 0 ? `up to ${duration(wait)}` : "never");
  const grows = runs.some((run) => run.rss_end_mib > run.rss_mib) ? " and memory grows" : "";
  const marks = runs.some((run) => run.dump_at_s?.length)
    ? "; a circle is a dump of all stacks, with the number of workers it caught waiting" : "";
  const down = runs.some(has_median) ? "; the band below reaches down to the median wait" : "";
  return `Longest wait for the ForkLock in each quarter second, while ` +
    `${many(runs[0].workers, "thread")} launch${grows}: ${told(figures, write)}${down}${marks}.`;
}

const has_median = (run) => run.waits.some((wait) => wait.median_us !== undefined);

// From the median wait to the longest. The same name as its line's: the legend
// switches both.
function band(stage, run, floor) {
  const { colour, level } = stage.palette.of(run.contender, stage.look);
  const upper = run.waits.map((wait) => [wait.at_s, Math.max(wait.longest_us, floor)]);
  const lower = run.waits.map((wait) => [wait.at_s, Math.max(wait.median_us ?? 0, floor)]);
  const outline = [...upper, ...lower.toReversed()];
  return {
    type: "custom", name: run.contender, z: level - 2, color: colour, silent: true, clip: true,
    data: upper.map(([at_s, longest], i) => ({ value: [at_s, longest, lower[i][1]] })),
    encode: { x: 0, y: [1, 2] },
    renderItem: ({ dataIndex }, api) => (dataIndex > 0 ? null : {
      type: "polygon", emphasisDisabled: true,  // the series' own says nothing about this
      shape: { points: outline.map((point) => api.coord(point)) },
      style: { fill: colour, opacity: 0.16 },
    }),
  };
}

function line(stage, run, floor) {
  const style = stage.palette.of(run.contender, stage.look);
  return {
    type: "line", name: run.contender, z: style.level, color: style.colour, symbol: style.symbol,
    symbolSize: style.symbol_size, showSymbol: run.waits.length === 1,
    lineStyle: { width: style.width, type: style.dash }, emphasis,
    data: run.waits.map((wait) => ({
      value: [wait.at_s, Math.max(wait.longest_us, floor)], wait,
    })),
  };
}

// The wait under way when a dump was made, or the one just before.
function at(run, when) {
  return run.waits.findLast((wait) => wait.at_s <= when) ?? run.waits[0];
}

// The same name as its line's: the legend switches both.
function dumps(stage, run, floor) {
  const { colour, level } = stage.palette.of(run.contender, stage.look);
  const { fill = colour, ink = colour } = stage.look.mark;
  const moments = run.dump_at_s ?? [];
  return {
    type: "scatter", emphasis, name: run.contender, z: level + 5, color: colour, symbol: "circle",
    symbolSize: 22,
    itemStyle: { color: fill, borderColor: colour, borderWidth: 2, opacity: 1 },
    label: {
      show: true, color: ink, fontSize: 11, fontWeight: "bold",
      formatter: ({ data }) => String(data.waiting ?? ""),
    },
    data: moments.map((when, i) => ({
      value: [when, Math.max(at(run, when).longest_us, floor)],
      waiting: run.waiting_per_dump[i], wait: at(run, when), workers: run.workers,
    })),
  };
}

function tooltip(items) {
  const lines_only = items.filter(({ seriesType }) => seriesType === "line");
  const rows = (lines_only.length ? lines_only : items).map(({ color, seriesName, data }) => {
    const dump = items.find((item) => item.seriesType === "scatter" &&
      item.seriesName === seriesName);
    const wait = data.wait.longest_us > 0 ? duration(data.wait.longest_us) : "none";
    const median = data.wait.median_us > 0 ? duration(data.wait.median_us) : "";
    const caught = dump ? `${count(dump.data.waiting)} of ${count(dump.data.workers)}` : "";
    const cells = [wait, median, size(data.wait.rss_mib), caught];
    return { colour: color, name: seriesName, cells };
  });
  const dumped = items.some(({ seriesType }) => seriesType === "scatter");
  return tip(`after ${seconds(items[0].value[0])}`,
    ["longest wait", "median", "resident", dumped ? "waiting at the dump" : ""], rows);
}

// Room below the floor for its circles; ticks at the powers of ten from there.
function wait_axis(stage, runs, floor) {
  const all = runs.flatMap((run) => run.waits.map((wait) => Math.max(wait.longest_us, floor)));
  const none = runs.some((run) => run.waits.some((wait) => wait.longest_us <= 0));
  const powers = Math.ceil(Math.log10(Math.max(...all) / floor));
  const ticks = Array.from({ length: powers + 1 }, (_, i) => floor * 10 ** i);
  const write = (value) => (none && value <= floor * 1.001 ? "none" : duration(value));
  return duration_axis(stage, "longest wait", all, {
    min: floor / 2.5, axisLabel: { formatter: write, customValues: ticks },
  });
}

function option({ runs, floor }, stage) {
  const base = frame(stage, runs.map((run) => run.contender));
  return {
    ...base,
    tooltip: { ...base.tooltip, formatter: tooltip },
    xAxis: horizontal(stage, "time since the run began", {
      type: "value", min: 0, max: Math.max(...runs.map((run) => run.waits.at(-1).at_s)),
      axisLabel: { formatter: (value) => `${value} s` },
    }),
    yAxis: wait_axis(stage, runs, floor),
    series: [...runs.filter(has_median).map((run) => band(stage, run, floor)),
      ...runs.map((run) => line(stage, run, floor)),
      ...runs.map((run) => dumps(stage, run, floor))],
  };
}

export const waits = { name: "waits", title: "Waits for the ForkLock", feed, sentence, option };
