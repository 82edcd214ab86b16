// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// All figures, in tables that scroll within themselves.
import { kind_of } from "./documents.mjs";
import { element } from "./element.mjs";
import { count, duration, load, rate, ratio_interval, seconds, size } from "./figures.mjs";

const parts = ["p50", "p99", "max"];
const three = (of) => parts.map((part) => [part, (run) => duration(of(run)?.[part])]);

// How many of the pages that were written once more were copies by then.
function of_pages(first) {
  if (!first?.pages_written) return "–";
  return `${count(first.faults.p50)} of ${count(first.pages_written)} pages`;
}

// Groups of columns, each column a title and what it says of a run.
const sweep_columns = [
  ["", [["launches", (run) => count(run.launches)]]],
  ["Hold", three((run) => run.hold_us)],
  ["Launch", [...three((run) => run.launch_us),
    ["against vfork", (run) => ratio_interval(run.launch_ratio)]]],
  ["Finish", [...three((run) => run.finish_us),
    ["against vfork", (run) => ratio_interval(run.finish_ratio)]]],
  ["First launch of a fresh process", [["p50", (run) => duration(run.first?.launch_us.p50)],
    ["against later ones", (run) => ratio_interval(run.first?.ratio_to_later)],
    ["faults afterwards", (run) => of_pages(run.first)]]],
  ["Bystander's pause", [...three((run) => run.bystander_gap_us),
    ["no launch", (run) => duration(run.idle_gap_us?.p50)]]],
  ["", [["rate", (run) => rate(run.rate_per_s)]]],
];

function longest_wait(run) {
  return Math.max(run.lock_wait_us.max, ...(run.waits ?? []).map((wait) => wait.longest_us));
}

const waiting = (run) => run.waiting_per_dump.filter((number) => number > 0).length;

const memory = (run) => run.rss_end_mib > run.rss_mib
  ? `${size(run.rss_mib)} → ${size(run.rss_end_mib)}` : size(run.rss_mib);

const share = (run) => (run.share_of_long_waits === undefined ? "–"
  : `${(100 * run.share_of_long_waits).toFixed(2)} %`);

function of_workers(run, field, write) {
  const values = (run.by_worker ?? []).map((worker) => worker[field]);
  return values.length ? `${write(Math.min(...values))} to ${write(Math.max(...values))}` : "–";
}

const hang_columns = [
  ["", [["resident", memory], ["threads", (run) => count(run.workers)],
    ["time", (run) => seconds(run.seconds)], ["launches", (run) => count(run.launches)],
    ["rate", (run) => rate(run.rate_per_s)]]],
  ["Launch", three((run) => run.launch_us)],
  ["Wait for the ForkLock", [...three((run) => run.lock_wait_us),
    ["longest", (run) => longest_wait(run) > 0 ? duration(longest_wait(run)) : "none"]]],
  ["Workers, least to most", [["launches", (run) => of_workers(run, "launches", count)],
    ["longest wait", (run) => of_workers(run, "longest_wait_us", duration)],
    ["waits of more than 3 medians", share]]],
  ["Dumps", [["made", (run) => count(run.dumps)], ["caught waiting", (run) => count(waiting(run))],
    ["waiting at each", (run) => run.waiting_per_dump.join(", ") || "–"]]],
];

function head(groups) {
  const first = element("th", { rowspan: 2, scope: "col" }, "contender");
  const titles = groups.map(([title, columns]) =>
    element("th", { colspan: columns.length, scope: "colgroup", class: "edge" }, title));
  const names = groups.flatMap(([, columns]) => columns.map(([name], i) =>
    element("th", { scope: "col", class: i === 0 ? "edge" : "" }, name)));
  return element("thead", {}, element("tr", {}, first, titles), element("tr", {}, names));
}

function row(groups, run) {
  const cells = groups.flatMap(([, columns]) => columns.map(([, write], i) =>
    element("td", { class: i === 0 ? "edge" : "" }, write(run))));
  const mark = run.contender.startsWith("forklift") ? { class: "own" } : {};
  return element("tr", mark, element("th", { scope: "row" }, run.contender), cells);
}

function grouped(runs, heading) {
  const groups = new Map();
  for (const run of runs) groups.set(heading(run), [...(groups.get(heading(run)) ?? []), run]);
  return groups;
}

function bodies(groups, runs, heading) {
  const width = groups.reduce((sum, [, columns]) => sum + columns.length, 0);
  const titled = (title) => element("tr", { class: "load" },
    element("th", { scope: "rowgroup", colspan: width + 1 }, element("span", {}, title)));
  return [...grouped(runs, heading)].map(([title, some]) => element("tbody", {},
    title ? titled(title) : null, some.map((run) => row(groups, run))));
}

export function table_of(document) {
  const hang = kind_of(document) === "hang";
  const groups = hang ? hang_columns : sweep_columns;
  const heading = hang ? () => "" : (run) => load(run);
  const table = element("table", {}, head(groups), bodies(groups, document.runs, heading));
  const scrolls = { class: "scroll", tabindex: 0, role: "region", "aria-label": "All figures" };
  return element("div", scrolls, table);
}
