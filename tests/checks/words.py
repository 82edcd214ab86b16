#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""What users read is plain English: public headers, documentation, and the text
of errors and help. Functions return, errors report, the kernel refuses; nobody
"tells" anything, and nothing "shall". CONTRIBUTING.md has examples."""

import pathlib
import re
import sys

BANNED = re.compile(r"\b(tells?|told|whoever|whom|shall|what of|is called so|not wanted)\b", re.I)
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')


def literals(text):
    """Of each line, what stands in double quotes; includes are no prose."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.lstrip().startswith(("#include", "//")):
            yield number, " ".join(LITERAL.findall(line))


def lines(text):
    return enumerate(text.splitlines(), 1)


def comments(text):
    """Of each line of a header, the comment: identifiers are code, not prose."""
    for number, line in lines(text):
        yield number, line.partition("//")[2]


root = pathlib.Path(sys.argv[1])
READ_WHOLE = ["README.md", "CONTRIBUTING.md", "docs/*.md", "examples/*.cpp"]
READ_COMMENTS = ["include/**/*.hpp"]
READ_LITERALS = ["src/**/*.?pp", "cli/**/*.?pp"]
found = []
for patterns, read in ((READ_WHOLE, lines), (READ_COMMENTS, comments),
                       (READ_LITERALS, literals)):
    for path in sorted(path for pattern in patterns for path in root.glob(pattern)):
        for number, text in read(path.read_text()):
            found += [f"{path.relative_to(root)}:{number}: '{word}'"
                      for word in BANNED.findall(text)]
print("\n".join(found) or "plain English")
sys.exit(bool(found))
