// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// One chart of a recorded document as an SVG of its own, for the README and the
// docs: node picture.mjs CHART FROM.json TO.svg
import { readFileSync, writeFileSync } from "node:fs";

import { charts } from "./charts/all.mjs";
import { height_of } from "./charts/frame.mjs";
import { contenders_of } from "./documents.mjs";
import { init } from "./echarts.mjs";
import { looks, Palette } from "./palette.mjs";

function picture_of(name, document) {
  const chart = charts.find((one) => one.name === name);
  if (!chart) throw new Error(`no chart '${name}'; there are ${charts.map((one) => one.name)}`);
  const feed = chart.feed(document);
  if (!feed) throw new Error(`the document has nothing for the chart '${name}'`);
  const width = 840;
  const palette = new Palette(contenders_of(document.runs));
  const option = chart.option(feed, { look: looks.any, palette, width });
  const height = height_of(option, width);
  const instance = init(null, null, { renderer: "svg", ssr: true, width, height });
  instance.setOption(option);
  const svg = instance.renderToSVGString();
  instance.dispose();  // else its clock keeps this process alive
  return svg;
}

// For those who cannot see it, and for those who look at the source.
function with_title(svg, title) {
  const escaped = title.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const licence = "<!-- SPDX-FileCopyrightText: The forklift authors -->\n" +
    "<!-- SPDX-License-Identifier: MIT -->\n";
  return `${licence}${svg.replace(/(<svg[^>]*>)/, `$1\n<title>${escaped}</title>`)}\n`;
}

try {
  const [name, from, to] = process.argv.slice(2);
  if (!to) throw new Error("picture.mjs CHART FROM.json TO.svg");
  const document = JSON.parse(readFileSync(from, "utf8"));
  const { title, feed, sentence } = charts.find((chart) => chart.name === name) ?? {};
  const svg = picture_of(name, document);
  writeFileSync(to, with_title(svg, `${title}. ${sentence(feed(document))}`));
} catch (error) {
  console.error(`picture: ${error.message}`);
  process.exit(1);
}
