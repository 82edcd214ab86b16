// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// Makes of the page's sources one file that needs no other, with a place for
// the documents: node bundle.mjs TREE, where TREE/node_modules is what `npm ci`
// installed. Leaves TREE/page.html, and TREE/picture.mjs beside it.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const tree = resolve(process.argv[2]);
const esbuild = createRequire(join(tree, "package.json"))("esbuild");

const read = (name) => readFileSync(join(here, name), "utf8");

function bundled(entry, more) {
  const { outputFiles } = esbuild.buildSync({
    entryPoints: [join(here, entry)], bundle: true, write: false, charset: "utf8",
    nodePaths: [join(tree, "node_modules")], legalComments: "none", logLevel: "warning", ...more,
  });
  return outputFiles[0].text;
}

// The licences of what is embedded go with it.
function licences() {
  const file = (name) => readFileSync(join(tree, "node_modules", name), "utf8").trim();
  const { version } = JSON.parse(file("echarts/package.json"));
  return `/*\nApache ECharts ${version}, Apache License 2.0:\n${file("echarts/NOTICE")}\n\n` +
    `ZRender:\n${file("zrender/LICENSE")}\n*/\n`;
}

const script = bundled("page.mjs", { format: "iife", minify: true, target: "es2022" });
const style = esbuild.transformSync(read("page.css"), { loader: "css", minify: true }).code;
// A script ends where the parser sees its end, even within a string.
const parts = { style, script: licences() + script.replaceAll("</script", "<\\/script") };
const page = read("skeleton.html").replace(/{{(style|script)}}/g, (_, part) => parts[part]);
writeFileSync(join(tree, "picture.mjs"),
  bundled("picture.mjs", { format: "esm", platform: "node", target: "node18" }));
writeFileSync(join(tree, "page.html"), page);
