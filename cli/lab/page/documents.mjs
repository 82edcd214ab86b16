// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// Questions to the recorded documents that more than one room asks.

// Records from before documents told their kind are sweeps.
export function kind_of(document) {
  return document.kind ?? "sweep";
}

export function contenders_of(runs) {
  return [...new Set(runs.map((run) => run.contender))];
}

function distinct(runs, field) {
  return [...new Set(runs.map((run) => run[field]))].sort((a, b) => a - b);
}

/// Of the runs that differ in nothing but one axis of the load, those with the
/// most values on it: only they can be compared along it. Among equals the
/// lightest win, unless `prefer` decides.
export function along(axis, runs, prefer = () => 0) {
  const others = ["workers", "descriptors", "rss_mib"].filter((field) => field !== axis);
  const groups = new Map();
  for (const run of runs) {
    const key = others.map((field) => run[field]).join();
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  const weight = (group, i) => group[0][others[i]] ?? 0;
  const order = (a, b) =>
    distinct(b, axis).length - distinct(a, axis).length || prefer(a, b) ||
    weight(a, 0) - weight(b, 0) || weight(a, 1) - weight(b, 1);
  const [best = []] = [...groups.values()].sort(order);
  return { runs: best, values: distinct(best, axis) };
}
