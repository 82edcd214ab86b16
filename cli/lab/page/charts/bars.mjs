// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// Bars side by side: a group for each category, a bar for each contender.
import { emphasis } from "./frame.mjs";

/// A contender's bars. Figures are `{value, run}` by category, or null.
export function bars(stage, name, figures) {
  const { colour, level } = stage.palette.of(name, stage.look);
  return {
    type: "bar", name, data: figures, z: level, color: colour, barMaxWidth: 64, barGap: "12%",
    barCategoryGap: "22%", itemStyle: { borderRadius: [2, 2, 0, 0] },
    emphasis,
  };
}

/// Each contender's figure in each category.
export function grid_of(names, categories, runs, pick) {
  return names.map((name) => ({
    name,
    figures: categories.map(({ holds }) => {
      const run = runs.find((one) => one.contender === name && holds(one));
      return run ? { value: pick(run), run } : null;
    }),
  }));
}
