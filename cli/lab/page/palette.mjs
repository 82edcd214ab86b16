// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// One colour, line and symbol for each contender, the same in every chart. The
// hues are those that colour-blind people tell apart (Okabe and Ito, Tol);
// symbols and dashes say the same once more.

/// What surrounds the figures. `any` must read on white and on black: it is
/// for pictures with a transparent background.
export const looks = {
  light: {
    text: "#1f2328", quiet: "#59636e", grid: "#e4e7eb", panel: "#ffffff",
    mark: { fill: "#ffffff" }, tone: 0,
  },
  dark: {
    text: "#e6edf3", quiet: "#9aa5b1", grid: "#2b323b", panel: "#161b22",
    mark: { fill: "#161b22" }, tone: 1,
  },
  any: {
    text: "#7d8894", quiet: "#7d8894", grid: "#8b949e40", panel: "#7d8894",
    mark: { ink: "#ffffff" }, tone: 2,
  },
};

// Colours: on light, on dark, on any background.
const colours = {
  forklift: ["#0550c8", "#6cb0ff", "#2f81f7"],
  "forklift-async": ["#2a9fd0", "#a5e0ff", "#36a9d6"],
  fork: ["#cf4a00", "#ff8a4c", "#e8631a"],
  posix_spawn: ["#c08a00", "#f2c94c", "#cf9a12"],
  vfork: ["#6b7480", "#a9b2bd", "#8a939d"],
  "go1.8": ["#b3358b", "#f08ccb", "#cf57a8"],
  "go1.9": ["#00805f", "#3fcf9f", "#14a07a"],
  "go1.21": ["#7a5c30", "#cdaa7a", "#a07c46"],
};
const spare = [
  ["#882255", "#e07aa8", "#b04a7a"], ["#332288", "#a79af0", "#7266c8"],
  ["#2f8f86", "#6fd3c8", "#44aa99"], ["#8a8420", "#d6d06a", "#a8a030"],
  ["#a14fa1", "#dd9bdd", "#bb6cbb"], ["#994455", "#ee99aa", "#c26a7a"],
  ["#c97aa5", "#a8487a", "#8f3f68"], ["#7d75c9", "#6b60b8", "#9a92e0"],
  ["#1b5e58", "#2f8f86", "#2f7d74"], ["#b5ae4d", "#8f8838", "#c2bb55"],
  ["#d68fd6", "#9a4f9a", "#d48fd4"], ["#d17f8f", "#aa5566", "#e08a9a"],
];
// Filled ones only: what is empty would need to know what lies behind it.
const symbols = ["circle", "rect", "triangle", "diamond",
  "path://M3,0H7V3H10V7H7V10H3V7H0V3H3Z",   // a plus
  "path://M0,0L10,10V0L0,10Z",              // a bow tie
  "path://M0,0H10L5,9Z",                    // a triangle on its tip
  "path://M5,0L6.5,3.5L10,4L7.3,6.5L8,10L5,8.2L2,10L2.7,6.5L0,4L3.5,3.5Z"];
const dashes = ["solid", [7, 4], [2, 3], [10, 3, 2, 3]];
const own = new Set(["forklift", "forklift-async"]);

export class Palette {
  constructor(contenders) {
    this.known = Object.keys(colours);
    this.others = [...new Set(contenders)].filter((name) => !colours[name]).sort();
  }

  /// How a contender is drawn in a look. Forklift is thickest; its other way of
  /// launching, often as long, is drawn upon it.
  of(name, look) {
    const other = this.others.indexOf(name);
    const at = other < 0 ? this.known.indexOf(name) : this.known.length + other;
    const colour = other < 0 ? colours[name] : spare[other % spare.length];
    const first = name === "forklift";
    return {
      colour: colour[look.tone],
      width: first ? 4 : own.has(name) ? 2.5 : 1.75,
      dash: first ? "solid" : name === "vfork" ? dashes[1] : own.has(name) ? dashes[2]
        : dashes[other < 0 ? 0 : Math.floor(other / 6 + 1) % dashes.length],
      symbol: symbols[at % symbols.length],
      symbol_size: first ? 12 : own.has(name) ? 6 : 8,
      level: first ? 4 : own.has(name) ? 5 : 3,
    };
  }
}
