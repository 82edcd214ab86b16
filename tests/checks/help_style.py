#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""The help of every command has one style: how it is called, what it does,
sections, an option on a line of its own with its text below. No line is longer
than 80 columns."""

import re
import subprocess
import sys

forklift = sys.argv[1]


def help_of(words):
    done = subprocess.run([forklift, *words, "--help"], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stderr == "", (words, done)
    return done.stdout


def look(words):
    """Looks at the help of a command and of those below it; returns how many."""
    text = help_of(words)
    lines = text.splitlines()
    name = " ".join(["forklift", *words])
    assert lines[0].startswith(f"{name} [OPTIONS]") and lines[1] == "", (name, lines[:2])
    assert not [line for line in lines if len(line) > 80], (name, max(lines, key=len))
    assert not [line for line in lines if line != line.rstrip()], name
    assert not re.search(r"\b(TEXT|UINT|FLOAT)\b", text), (name, "a value without a name")
    options = [at for at, line in enumerate(lines) if re.match(r"  -", line)]
    assert options or words == ["run"], name
    for at in options:
        assert re.match(r"      \S", lines[at + 1]), (name, lines[at:at + 2])
    below = re.search(r"\nCommands:\n((?:  .+\n)+)", text)
    names = re.findall(r"^  (\S+)  ", below[1], re.MULTILINE) if below else []
    return 1 + sum(look([*words, each]) for each in names)


seen = look([])
assert seen >= 12, seen  # forklift, its eight commands, and those of lab
