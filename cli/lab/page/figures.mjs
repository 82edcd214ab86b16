// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// How figures are written for people, always with their unit.

function digits(value) {
  if (value === 0) return "0";
  const places = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString("en-US", { maximumFractionDigits: Math.min(places, 2) });
}

const known = (value) => typeof value === "number" && Number.isFinite(value);

/// Microseconds in the unit that suits them: "41 µs", "1.68 ms", "2.5 s".
export function duration(value) {
  if (!known(value)) return "–";
  if (value >= 999_500) return `${digits(value / 1e6)} s`;
  if (value >= 999.5) return `${digits(value / 1000)} ms`;
  return `${digits(value >= 10 ? Math.round(value) : value)} µs`;
}

export function size(mebibytes) {
  if (!known(mebibytes)) return "–";
  return mebibytes >= 1024 ? `${digits(mebibytes / 1024)} GiB` : `${digits(mebibytes)} MiB`;
}

export function count(value) {
  return known(value) ? Math.round(value).toLocaleString("en-US") : "–";
}

export function rate(value) {
  return known(value) ? `${value < 10 ? digits(value) : count(value)}/s` : "–";
}

export function seconds(value) {
  return known(value) ? `${digits(value)} s` : "–";
}

export function ratio(value) {
  if (!known(value) || value <= 0) return "–";
  return `×${value < 10 ? value.toFixed(value < 0.095 ? 2 : 1) : count(value)}`;
}

/// A ratio with the interval in which its median lies, to two places.
export function ratio_interval(interval) {
  if (!interval || !known(interval.p50) || interval.p50 === 0) return "–";
  const exact = (value) => (value < 100 ? value.toFixed(2) : count(value));
  return `×${exact(interval.p50)} (${exact(interval.low)}–${exact(interval.high)})`;
}

export function many(number, noun) {
  return `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/// "16 MiB resident, 10 descriptors, 8 threads": what is known of a load.
export function load(run, axes = ["rss_mib", "descriptors", "workers"]) {
  const told = {
    rss_mib: (value) => `${size(value)} resident`,
    descriptors: (value) => many(value, "descriptor"),
    workers: (value) => many(value, "thread"),
  };
  return axes.filter((axis) => known(run[axis])).map((axis) => told[axis](run[axis])).join(", ");
}
