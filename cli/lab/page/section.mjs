// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// What the page tells of one document, from its warnings to its command.
import { charts } from "./charts/all.mjs";
import { contenders_of, kind_of } from "./documents.mjs";
import { element } from "./element.mjs";
import { many, size } from "./figures.mjs";
import { table_of } from "./tables.mjs";

const titles = { sweep: "The sweep", hang: "The hang" };

const abouts = {
  sweep: (document) => `One process, made heavy step by step, launches a program, by ` +
    `${many(contenders_of(document.runs).length, "contender")} in turn: memory, open ` +
    `descriptors and threads change, the work of a launch does not.`,
  hang: (document) => document.explanation ?? "Workers of one process launch at once while its " +
    "memory grows; each contender has its own run, one after the other.",
};

function warnings_of(document) {
  const warnings = document.warnings ?? [];
  if (warnings.length === 0) return null;
  return element("ul", { class: "warnings", "aria-label": "Warnings" }, warnings.map((warning) =>
    element("li", {}, element("strong", {}, warning.text),
      warning.advice ? element("span", {}, `; ${warning.advice}`) : null)));
}

function figure_of(key, chart, feed) {
  const sentence = chart.sentence(feed);
  return element("figure", { id: key },
    element("h3", {}, chart.title),
    element("figcaption", {}, sentence),
    element("div", { class: "chart", role: "img", "aria-label": `${chart.title}. ${sentence}` }));
}

function facts_of(document) {
  const { machine } = document;
  const told = [
    ["Program", document.program ?? document.runs[0].program],
    ["Machine", [machine.processor, machine.cores && many(machine.cores, "core"),
      machine.memory_mib && size(machine.memory_mib)]],
    ["System", [machine.kernel, machine.libc]],
    ["Forklift", [document.version, machine.engine && `engine ${machine.engine}`, machine.build]],
  ];
  const rows = told.map(([name, what]) => [name, [what].flat().filter(Boolean).join(", ")])
    .filter(([, what]) => what);
  return element("dl", {},
    rows.flatMap(([name, what]) => [element("dt", {}, name), element("dd", {}, what)]),
    element("dt", {}, "Command"),
    element("dd", {}, element("code", { tabindex: 0 }, document.command)));
}

/// The section of a document, and what there is to draw in it: `{key, chart,
/// feed, place}`.
export function section_of(document, id) {
  const drawings = charts.map((chart) => ({ chart, feed: chart.feed(document) }))
    .filter(({ feed }) => feed)
    .map(({ chart, feed }) => ({ key: `${id}.${chart.name}`, chart, feed }));
  const figures = drawings.map(({ key, chart, feed }) => figure_of(key, chart, feed));
  drawings.forEach((drawing, i) => { drawing.place = figures[i].querySelector(".chart"); });
  const section = element("section", { id },
    element("h2", {}, titles[kind_of(document)]),
    element("p", { class: "about" }, abouts[kind_of(document)](document)),
    warnings_of(document), figures,
    element("h3", {}, "All figures"), table_of(document),
    element("h3", {}, "Where they come from"), facts_of(document));
  return { section, drawings };
}
