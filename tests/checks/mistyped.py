#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""A mistyped word is named, with what is near to it."""

import subprocess
import sys

forklift = sys.argv[1]


def says(words, status, *parts):
    done = subprocess.run([forklift, *words.split()], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == status and done.stdout == "", (words, done)
    assert done.stderr.count("\n") == 1, (words, done)
    for part in parts:
        assert part in done.stderr, (words, part, done)
    return done.stderr


says("", 2, "expected a command after 'forklift': run, lab", "'forklift --help'")
says("wacth", 2, "unknown command 'wacth' (did you mean 'watch'?); see 'forklift --help'")
says("wacth --for 1s 123", 2, "'wacth'", "'watch'")
says("surv", 2, "'survey'")
says("lab hagn --short", 2, "unknown command 'hagn' (did you mean 'hang'?)",
     "'forklift lab --help'")
assert "did you mean" not in says("cat", 2, "unknown command 'cat'")
says("watch --fro 1s 123", 2, "unknown option '--fro' (did you mean '--for'?)",
     "'forklift watch --help'")
says("check --jsn=1 1", 2, "'--jsn' (did you mean '--json'?)")
says("lab hang --sort", 2, "'--short'", "'forklift lab hang --help'")
says("--versio", 2, "'--version'")
says("check 1 2", 2, "2")
says("report", 2, "FILE is required")
says("run --timout 1 true", 125, "'--timout' (did you mean '--timeout'?)")
assert "did you mean" not in says("run --frobnicate true", 125, "'--frobnicate'")
print("a mistyped word is named, with what is near to it")
