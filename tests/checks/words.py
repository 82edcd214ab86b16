#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""Plain English in what users read (documentation, the text of errors and help)
and in the comments of headers and sources. Functions return, errors report, the
kernel refuses; nobody "tells" anything, and nothing "shall". Comments are about
threads and processes, so they have no "who" and no "nobody" either.
CONTRIBUTING.md has examples."""

import pathlib
import re
import sys

EVERYWHERE = (r"tells?|told|whoever|whom|shall|what of|is called so|not wanted|"
              r"everybody|somebody|stands? still|stood still")
IN_COMMENTS = r"who|nobody|somebody|anybody|everybody|for ever"
BANNED = re.compile(rf"\b({EVERYWHERE})\b", re.I)
BANNED_IN_COMMENTS = re.compile(rf"\b({EVERYWHERE}|{IN_COMMENTS})\b", re.I)
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')


def literals(text):
    """Of each line, what stands in double quotes; includes are no prose."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.lstrip().startswith(("#include", "//")):
            yield number, " ".join(LITERAL.findall(line))


def lines(text):
    return enumerate(text.splitlines(), 1)


def comments(text):
    """Of each line, the comment: identifiers are code, not prose. A comment
    begins outside of literals, or the line continues one in the style of C."""
    inside = False
    for number, line in lines(text):
        code = LITERAL.sub('""', line)
        if not inside:
            start = re.search(r"//|/\*", code)
            inside = bool(start) and start.group() == "/*"
            code = code[start.end():] if start else ""
        end = code.find("*/") if inside else -1
        inside = inside and end < 0
        yield number, code if end < 0 else code[:end]


root = pathlib.Path(sys.argv[1])
READ_WHOLE = ["README.md", "CONTRIBUTING.md", "docs/*.md", "examples/*.cpp"]
READ_COMMENTS = ["include/**/*.hpp", "src/**/*.?pp", "cli/**/*.?pp", "cli/**/*.[ch]"]
READ_LITERALS = ["src/**/*.?pp", "cli/**/*.?pp", "cli/lab/page/**/*.mjs"]
found = []
for patterns, read, banned in ((READ_WHOLE, lines, BANNED),
                               (READ_COMMENTS, comments, BANNED_IN_COMMENTS),
                               (READ_LITERALS, literals, BANNED)):
    for path in sorted(path for pattern in patterns for path in root.glob(pattern)):
        for number, text in read(path.read_text()):
            found += [f"{path.relative_to(root)}:{number}: '{word}'"
                      for word in banned.findall(text)]
print("\n".join(found) or "plain English")
sys.exit(bool(found))
