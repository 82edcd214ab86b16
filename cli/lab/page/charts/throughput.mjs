// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// Launches per second by how many threads launch at once.
import { along, contenders_of } from "../documents.mjs";
import { count, duration, load, many, rate } from "../figures.mjs";
import { bars, grid_of } from "./bars.mjs";
import { frame, horizontal, tip, told, vertical } from "./frame.mjs";

function feed(document) {
  const rated = document.runs.filter((run) => Number.isFinite(run.rate_per_s));
  // One thread says little about many: among equals, the most threads win.
  const most = (group) => Math.max(...group.map((run) => run.workers));
  const { runs, values } = along("workers", rated, (a, b) => most(b) - most(a));
  if (runs.length === 0) return null;
  const categories = values.map((value) => ({
    label: many(value, "thread"), holds: (run) => run.workers === value,
  }));
  const names = contenders_of(runs);
  const lanes = grid_of(names, categories, runs, (run) => run.rate_per_s);
  return { names, values, categories, lanes, run: runs[0] };
}

function sentence({ values, lanes, run }) {
  const figures = lanes.filter(({ figures }) => figures.at(-1))
    .map(({ name, figures }) => ({ name, value: figures.at(-1).value }));
  return `Launches per second of all threads together (${load(run, ["rss_mib", "descriptors"])}; ` +
    `more is better): with ${many(values.at(-1), "thread")}, ${told(figures, rate)}.`;
}

function tooltip(items) {
  const shown = items.filter(({ data }) => data?.run);
  const rows = shown.map(({ color, seriesName, data: { run } }) => ({
    colour: color, name: seriesName,
    cells: [rate(run.rate_per_s), count(run.launches), duration(run.launch_us.p50)],
  }));
  return tip(items[0].axisValueLabel, ["launches", "in all", "p50"], rows);
}

// The figures stand on their bars where those are wide enough.
function labelled(stage, names, categories) {
  const show = (stage.width - 60) / (names.length * categories.length) > 52;
  return { show, position: "top", color: stage.look.quiet, fontSize: 12,
    formatter: ({ value }) => count(value) };
}

function option({ names, categories, lanes }, stage) {
  const base = frame(stage, names);
  return {
    ...base,
    grid: { ...base.grid, bottom: 12 },
    tooltip: { ...base.tooltip, axisPointer: { type: "shadow" }, formatter: tooltip },
    xAxis: horizontal(stage, "", { type: "category", data: categories.map(({ label }) => label) }),
    yAxis: vertical(stage, "launches per second", {
      type: "value", axisLabel: { formatter: count },
    }),
    series: lanes.map(({ name, figures }) => ({
      ...bars(stage, name, figures), label: labelled(stage, names, categories),
    })),
  };
}

export const throughput = {
  name: "throughput", title: "Launches per second", feed, sentence, option,
};
