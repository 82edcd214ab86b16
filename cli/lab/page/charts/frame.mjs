// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// What every chart has: legend, axes, tooltip and the room between them.
//
// A *stage* is where a chart is drawn: `{look, palette, width}`.
import { format } from "echarts/core";

import { duration } from "../figures.mjs";

// No name in quotes: a picture has them within attributes.
export const font = "system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, sans-serif";

// A series that the legend brings back under the mouse would keep its emphasis
// when the mouse goes away (ECharts 6.1).
export const emphasis = { disabled: true };

const legend_row = 27;

// The legend wraps by itself, but does not tell the grid how far down it came.
function legend_height(names, width) {
  let rows = 1;
  let used = 0;
  for (const name of names) {
    const needed = format.getTextRect(name, `13px ${font}`).width + 26 + 6 + 16;
    if (used > 0 && used + needed > width) {
      ++rows;
      used = 0;
    }
    used += needed;
  }
  return rows * legend_row;
}

/// How high a chart is with its legend, so that many names do not squeeze it.
export function height_of(option, width) {
  return legend_height(option.legend.data, width) + 374;
}

export function frame(stage, names) {
  const { look, width } = stage;
  return {
    animation: false,
    textStyle: { fontFamily: font, color: look.text },
    legend: {
      data: names, left: 0, top: 4, width, itemWidth: 26, itemGap: 16, itemHeight: 11, padding: 0,
      textStyle: { fontFamily: font, fontSize: 13, color: look.text },
      inactiveColor: look.grid,
    },
    grid: {
      left: 4, right: 14, bottom: 30, top: legend_height(names, width) + 34,
      outerBoundsMode: "same", outerBoundsContain: "axisLabel",
    },
    tooltip: {
      trigger: "axis", confine: true, backgroundColor: look.panel, borderColor: look.grid,
      textStyle: { fontFamily: font, fontSize: 13, color: look.text },
      axisPointer: { lineStyle: { color: look.quiet }, shadowStyle: { opacity: 0.12 } },
    },
  };
}

const axis_text = (look) => ({ fontFamily: font, fontSize: 12, color: look.quiet });

export function horizontal(stage, name, more) {
  const { axisLabel, ...rest } = more;
  return {
    name, nameLocation: "middle", nameGap: 30, nameTextStyle: axis_text(stage.look),
    axisLine: { lineStyle: { color: stage.look.quiet } }, splitLine: { show: false },
    axisTick: { lineStyle: { color: stage.look.quiet } },
    axisLabel: { ...axis_text(stage.look), hideOverlap: true, ...axisLabel }, ...rest,
  };
}

export function vertical(stage, name, more) {
  const { axisLabel, ...rest } = more;
  return {
    name, nameLocation: "end", nameGap: 14,
    nameTextStyle: { ...axis_text(stage.look), align: "left", padding: [0, 0, 0, -4] },
    axisLine: { show: false }, axisTick: { show: false },
    splitLine: { lineStyle: { color: stage.look.grid } },
    axisLabel: { ...axis_text(stage.look), ...axisLabel }, ...rest,
  };
}

/// A vertical axis of durations whose ends are the powers of ten around them.
export function duration_axis(stage, name, values, more = {}) {
  const positive = values.filter((value) => value > 0);
  const floor = positive.length ? Math.min(...positive) : 1;
  const top = positive.length ? Math.max(...positive) : 10;
  const below = 10 ** Math.floor(Math.log10(floor));
  const above = 10 ** Math.ceil(Math.log10(top));
  return vertical(stage, name, {
    type: "log", min: below, max: above > below ? above : below * 10, startValue: below,
    axisLabel: { formatter: (value) => duration(value) }, ...more,
  });
}

const escaped = (text) => format.encodeHTML(String(text));

/// The inside of a tooltip: a heading, and a row for each contender there.
export function tip(heading, columns, rows) {
  const cell = (text, align = "right") =>
    `<td style="padding:1px 0 1px 14px;text-align:${align}">${escaped(text)}</td>`;
  const dot = (colour) => `<span style="color:${colour}">●</span> `;
  const head = columns.map((column) => cell(column)).join("");
  const body = rows.map(({ colour, name, cells }) =>
    `<tr><td>${dot(colour)}${escaped(name)}</td>${cells.map((text) => cell(text)).join("")}</tr>`);
  return `<b>${escaped(heading)}</b><table style="border-spacing:0;` +
    `font-variant-numeric:tabular-nums"><tr style="opacity:.7"><td></td>${head}</tr>` +
    `${body.join("")}</table>`;
}

/// The sentence's list: all if they are few, else the extremes and Forklift.
export function told(figures, write) {
  const sorted = [...figures].sort((a, b) => b.value - a.value);
  const some = sorted.length <= 6 ? sorted
    : sorted.filter(({ name }, i) => i < 4 || name === "forklift");
  return some.map(({ name, value }) => `${name} ${write(value)}`).join(", ");
}
