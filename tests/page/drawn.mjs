// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// What a chart drew, read in the page: from ECharts what it was told, and from
// the SVG whether that lies where the axes say.

/// The series of a chart as `[{name, type, values}]`, in their order.
export function series_of(page, key) {
  return page.evaluate((at) => window.forklift.charts[at].getOption().series
    .map(({ name, type, data }) => ({
      name, type,
      values: data.map((item) => (item !== null && typeof item === "object" ? item.value : item)),
    })), key);
}

/// For each series its points that no element of the SVG marks: a line's are
/// on its path, a band's on its edge, a bar's top on its own, a mark's in the middle of one.
export function unmarked(page, key) {
  return page.evaluate((at) => {
    const chart = window.forklift.charts[at];
    chart.getZr().flush();  // what waits for the next frame
    const svg = chart.getDom().querySelector("svg");
    const from = svg.getBoundingClientRect();
    const near = (a, b) => Math.abs(a - b) < 1.5;
    const visible = (path) => {
      const style = getComputedStyle(path);
      return ![style.opacity, style.strokeOpacity, parseFloat(style.strokeWidth)]
        .some((amount) => Number(amount) === 0);
    };
    const shapes = [...svg.querySelectorAll("path")].filter(visible).map((path) => {
      const box = path.getBoundingClientRect();
      return {
        paints: [path.getAttribute("fill"), path.getAttribute("stroke")], d: path.getAttribute("d"),
        left: box.left - from.left, right: box.right - from.left, top: box.top - from.top,
        middle: [(box.left + box.right) / 2 - from.left, (box.top + box.bottom) / 2 - from.top],
      };
    });
    const vertices = (d) => [...d.matchAll(/[ML]\s*(-?[\d.]+)[ ,](-?[\d.]+)/g)]
      .map(([, x, y]) => [Number(x), Number(y)]);
    const on_line = (own, x, y) => own.some(({ paints, d }) => paints[0] === "none" &&
      vertices(d).some((vertex) => near(vertex[0], x) && near(vertex[1], y)));
    const atop = (own, x, y) => own.some(({ left, right, top }) =>
      Math.abs((left + right) / 2 - x) < chart.getWidth() / 2 && near(top, y));
    const amid = (own, x, y) =>
      own.some(({ middle }) => near(middle[0], x) && near(middle[1], y));
    const on_band = (own, x, y) => own.some(({ paints, d }) => paints[0] !== "none" &&
      vertices(d).some((vertex) => near(vertex[0], x) && near(vertex[1], y)));
    const marks = { line: on_line, bar: atop, scatter: amid, custom: on_band };
    return chart.getOption().series.map(({ name, type, color, data }, seriesIndex) => {
      const own = shapes.filter(({ paints }) => paints.includes(color));
      const missing = data.filter((item, i) => {
        if (item === null) return false;
        const value = item.value ?? item;
        const [x, y] = chart.convertToPixel({ seriesIndex },
          Array.isArray(value) ? value : [i, value]);
        return !marks[type](own, x, y);
      });
      return { name, type, points: data.length, missing: missing.length };
    });
  }, key);
}

/// A click in the middle of a legend's name. The mouse goes away again, since
/// what it rests on is drawn in other colours.
export async function click_legend(page, key, name) {
  const chart = page.locator(`[id="${key}"] .chart`);
  await chart.scrollIntoViewIfNeeded();
  await chart.locator("svg text").filter({ hasText: new RegExp(`^${name}$`) }).first()
    .click({ force: true });
  await page.mouse.move(0, 0);
}
