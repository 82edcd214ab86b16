// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// How figures are written for people, always with their unit.

// No line ends between a figure and its unit.
const joined = (figure, unit) => `${figure}\u00a0${unit}`;

function digits(value) {
  if (value === 0) return "0";
  const places = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString("en-US", { maximumFractionDigits: Math.min(places, 2) });
}

const known = (value) => typeof value === "number" && Number.isFinite(value);

/// Microseconds in the unit that suits them: "41 µs", "1.68 ms", "2.5 s".
export function duration(value) {
  if (!known(value)) return "–";
  if (value >= 999_500) return joined(digits(value / 1e6), "s");
  if (value >= 999.5) return joined(digits(value / 1000), "ms");
  return joined(digits(value >= 10 ? Math.round(value) : value), "µs");
}

export function size(mebibytes) {
  if (!known(mebibytes)) return "–";
  if (mebibytes < 1024) return joined(digits(mebibytes), "MiB");
  return joined(digits(mebibytes / 1024), "GiB");
}

export function count(value) {
  return known(value) ? Math.round(value).toLocaleString("en-US") : "–";
}

export function rate(value) {
  return known(value) ? `${value < 10 ? digits(value) : count(value)}/s` : "–";
}

export function seconds(value) {
  return known(value) ? joined(digits(value), "s") : "–";
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
  return joined(count(number), number === 1 ? noun : `${noun}s`);
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
