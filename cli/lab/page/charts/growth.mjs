// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// How a time grows with the weight of the launching process: a line for each
// contender, both axes logarithmic.
import { along, contenders_of, kind_of } from "../documents.mjs";
import { count, duration, load, ratio, size } from "../figures.mjs";
import { duration_axis, emphasis, frame, horizontal, tip, told } from "./frame.mjs";

const axes = ["rss_mib", "descriptors", "workers"];

// Zero has no place on a logarithmic axis: it gets one left of the others.
function place(value, values) {
  if (value > 0) return value;
  const least = values.find((other) => other > 0);
  return least ? least / 4 : 1;
}

function lines(chart, { runs, values }) {
  return contenders_of(runs).map((name) => ({
    name,
    points: runs.filter((run) => run.contender === name)
      .map((run) => ({ value: [place(run[chart.axis], values), chart.figure(run).p50], run }))
      .sort((a, b) => a.value[0] - b.value[0]),
  }));
}

function growths(chart, drawn) {
  return drawn.filter(({ points }) => points.length > 1).map(({ name, points }) => ({
    name, value: points.at(-1).value[1] / points[0].value[1],
  }));
}

function sentence(chart, feed) {
  const drawn = lines(chart, feed);
  const rest = load(feed.runs[0], axes.filter((axis) => axis !== chart.axis));
  const [least, most] = [feed.values[0], feed.values.at(-1)].map(chart.write);
  if (feed.values.length === 1) {
    const figures = drawn.map(({ name, points }) => ({ name, value: points[0].value[1] }));
    return `${chart.what} (median) in a process with ${most} ${chart.noun} and ${rest}: ` +
      `${told(figures, duration)}.`;
  }
  return `${chart.what} (median; ${rest}), against ${chart.weight}: from ${least} to ${most}, ` +
    `${told(growths(chart, drawn), ratio)}; a flat line costs the same in a small process and ` +
    `in a large one.`;
}

function series(stage, { name, points }) {
  const style = stage.palette.of(name, stage.look);
  return {
    type: "line", name, data: points, z: style.level, color: style.colour,
    symbol: style.symbol, symbolSize: style.symbol_size, showAllSymbol: true,
    lineStyle: { width: style.width, type: style.dash },
    emphasis,
  };
}

function tooltip(chart, items) {
  const sorted = [...items].sort((a, b) => b.value[1] - a.value[1]);
  const rows = sorted.map(({ color, seriesName, data }) => {
    const figure = chart.figure(data.run);
    return { colour: color, name: seriesName,
      cells: chart.parts.map((part) => duration(figure[part])) };
  });
  const { run } = sorted[0].data;
  return tip(`${chart.write(run[chart.axis])} ${chart.noun}`, chart.parts, rows);
}

function option(chart, feed, stage) {
  const drawn = lines(chart, feed);
  const places = feed.values.map((value) => place(value, feed.values));
  const back = new Map(places.map((at, i) => [at, feed.values[i]]));
  const all = drawn.flatMap(({ points }) => points.map(({ value }) => value[1]));
  const base = frame(stage, drawn.map(({ name }) => name));
  return {
    ...base,
    tooltip: { ...base.tooltip, formatter: (items) => tooltip(chart, items) },
    xAxis: horizontal(stage, chart.weight, {
      type: "log", logBase: 2, min: places[0] / 1.35, max: places.at(-1) * 1.35,
      axisLabel: { customValues: places, formatter: (at) => chart.write(back.get(at) ?? at) },
      axisTick: { customValues: places, lineStyle: { color: stage.look.quiet } },
    }),
    yAxis: duration_axis(stage, chart.unit, all),
    series: drawn.map((line) => series(stage, line)),
  };
}

function growth({ parts = ["p50", "p99"], ...rest }) {
  const chart = { parts, ...rest };
  return {
    name: chart.name,
    title: chart.title,
    feed(document) {
      const runs = kind_of(document) === "sweep" ? document.runs : [];
      const feed = along(chart.axis, runs.filter(chart.figure));
      return feed.runs.length ? feed : null;
    },
    sentence: (feed) => sentence(chart, feed),
    option: (feed, stage) => option(chart, feed, stage),
  };
}

export const launch_by_memory = growth({
  name: "launch_by_memory", title: "Launch time against memory",
  what: "Time until the program runs", unit: "launch, p50", axis: "rss_mib",
  figure: (run) => run.launch_us, weight: "resident memory of the launching process", noun: "resident",
  write: size,
});

export const first_by_memory = growth({
  name: "first_by_memory", title: "First launch of a fresh process against memory",
  what: "Time until the program runs, at a process's first launch", unit: "first launch, p50",
  axis: "rss_mib", figure: (run) => run.first?.launch_us, parts: ["p50", "low", "high"],
  weight: "resident memory of the launching process", noun: "resident", write: size,
});

export const launch_by_descriptors = growth({
  name: "launch_by_descriptors", title: "Launch time against descriptors",
  what: "Time until the program runs", unit: "launch, p50", axis: "descriptors",
  figure: (run) => run.launch_us, weight: "open descriptors of the launching process", noun: "descriptors",
  write: count,
});

export const finish_by_descriptors = growth({
  name: "finish_by_descriptors", title: "Finish time against descriptors",
  what: "Time until the program has ended and is reaped", unit: "finish, p50",
  axis: "descriptors", figure: (run) => run.finish_us,
  weight: "open descriptors of the launching process", noun: "descriptors", write: count,
});
