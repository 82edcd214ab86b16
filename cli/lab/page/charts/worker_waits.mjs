// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// One line for each worker: the longest of its own waits in each quarter second.
// Where all lines lie together all wait alike; where they fan out some wait
// ever longer. One contender is shown, the others by the legend.
import { kind_of } from "../documents.mjs";
import { count, duration, many, seconds } from "../figures.mjs";
import { duration_axis, emphasis, frame, horizontal } from "./frame.mjs";

const lines_of = (run) => run.by_worker?.filter((worker) => worker.waits_us?.length) ?? [];

const shortest = (run) =>
  Math.max(...run.by_worker.map((worker) => worker.longest_wait_us)) / 1000;

function feed(document) {
  if (kind_of(document) !== "hang") return null;
  const runs = document.runs.filter((run) => run.waits?.length && run.lock_wait_us.max > 0 &&
    lines_of(run).length);
  return runs.length ? { runs } : null;
}

function sentence({ runs }) {
  const of = (run) => {
    const longest = run.by_worker.map((worker) => worker.longest_wait_us);
    const [least, most] = [Math.min(...longest), Math.max(...longest)];
    return `${run.contender} ${duration(least)} to ${duration(most)}`;
  };
  return `The longest wait in each quarter second of each of ${many(runs[0].workers, "worker")}, ` +
    `one line a worker; ${runs[0].contender} is shown, the legend has the others. Longest wait ` +
    `of a worker, from the luckiest to the unluckiest: ${runs.map(of).join("; ")}.`;
}

// Those of all workers as one series, with a gap between one and the next. A wait of
// less than a thousandth of the longest is none here, or the axis would be for those.
function series(stage, run) {
  const { colour, level } = stage.palette.of(run.contender, stage.look);
  const least = shortest(run);
  const points = lines_of(run).flatMap((worker) => [
    ...worker.waits_us.map((wait, i) => (wait > least ? { value: [run.waits[i].at_s, wait] } : null)),
    null]);
  return {
    type: "line", name: run.contender, z: level, color: colour, emphasis, symbol: "none",
    lineStyle: { width: 1, opacity: 0.75 }, data: points.slice(0, -1),
  };
}

function option({ runs }, stage) {
  const base = frame(stage, runs.map((run) => run.contender));
  const waits = runs.flatMap((run) => lines_of(run).flatMap((worker) =>
    worker.waits_us.filter((wait) => wait > shortest(run))));
  const selected = Object.fromEntries(runs.map((run, i) => [run.contender, i === 0]));
  return {
    ...base,
    legend: { ...base.legend, selected },
    tooltip: {
      ...base.tooltip,
      formatter: (items) => `after ${seconds(items[0].value[0])}: ${count(items.length)} waits`,
    },
    xAxis: horizontal(stage, "time since the run began", {
      type: "value", min: 0, max: Math.max(...runs.map((run) => run.waits.at(-1).at_s)),
      axisLabel: { formatter: (value) => `${value} s` },
    }),
    yAxis: duration_axis(stage, "longest wait of each worker", waits),
    series: runs.map((run) => series(stage, run)),
  };
}

export const worker_waits = {
  name: "worker_waits", title: "Waits of each worker", feed, sentence, option,
};
