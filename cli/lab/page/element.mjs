// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

/// A new element with attributes and children; text is never read as markup.
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}
