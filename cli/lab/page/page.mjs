// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// Puts the page together from the documents that lie in it, and draws its
// charts anew when they get another width or the reader another colour scheme.
import { height_of } from "./charts/frame.mjs";
import { contenders_of, kind_of } from "./documents.mjs";
import { init } from "./echarts.mjs";
import { element } from "./element.mjs";
import { looks, Palette } from "./palette.mjs";
import { section_of } from "./section.mjs";

const documents = JSON.parse(document.getElementById("documents").textContent);
const palette = new Palette(documents.flatMap(({ runs }) => contenders_of(runs)));
const dark = matchMedia("(prefers-color-scheme: dark)");

// "sweep", "hang", "sweep-2": what a section and its charts are called.
function ids_of(kinds) {
  return kinds.map((kind, i) => {
    const before = kinds.slice(0, i).filter((other) => other === kind).length;
    return before ? `${kind}-${before + 1}` : kind;
  });
}

// What the legend has switched off stays so.
function draw({ instance, chart, feed, place }) {
  const look = dark.matches ? looks.dark : looks.light;
  const width = place.clientWidth;
  const option = chart.option(feed, { look, palette, width });
  option.legend.selected = instance.getOption()?.legend?.[0]?.selected ?? {};
  place.style.height = `${height_of(option, width)}px`;
  instance.resize();
  instance.setOption(option, { notMerge: true });
}

function fill(page) {
  const ids = ids_of(documents.map(kind_of));
  const sections = documents.map((one, i) => section_of(one, ids[i]));
  page.replaceChildren(
    element("header", {}, element("h1", {}, "What a launch costs"),
      element("p", {}, "Recorded by ", element("code", {}, "forklift lab"),
        ". Times count from the call that launches. Compare within one chart: absolute times " +
        "drift with the machine.")),
    ...sections.map(({ section }) => section));
  return sections.flatMap(({ drawings }) => drawings);
}

const drawings = fill(document.getElementById("page"));
for (const drawing of drawings) {
  drawing.instance = init(drawing.place, null, { renderer: "svg" });
  drawing.width = drawing.place.clientWidth;
  draw(drawing);
}

dark.addEventListener("change", () => drawings.forEach(draw));
new ResizeObserver(() => {
  for (const drawing of drawings) {
    if (drawing.width === drawing.place.clientWidth) continue;
    drawing.width = drawing.place.clientWidth;
    draw(drawing);
  }
}).observe(document.getElementById("page"));

/// For tests and for the curious at the console.
window.forklift = {
  documents,
  charts: Object.fromEntries(drawings.map(({ key, instance }) => [key, instance])),
};
