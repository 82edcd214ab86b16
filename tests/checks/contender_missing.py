#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""A command whose modules are missing says which package brings one; one whose
module is broken says so. Both in one line, before any work."""

import os
import shutil
import subprocess
import sys
import tempfile

forklift = sys.argv[1]


def fails(command, contender, status, *words):
    done = subprocess.run([command, "lab", "--contender", contender], capture_output=True,
                          text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == status and done.stdout == "", (contender, done)
    assert done.stderr.count("\n") == 1, (contender, done.stderr)
    for word in words:
        assert word in done.stderr, (contender, word, done.stderr)


with tempfile.TemporaryDirectory() as folder:
    command = os.path.join(folder, "forklift")
    shutil.copy(forklift, command)
    shutil.copy(os.path.join(os.path.dirname(forklift), "forklift-nothing"), folder)
    for contender, package in [
        ("boost-v1", "libboost1.81-dev"), ("boost-v2", "libboost1.81-dev"),
        ("boost-v2-vfork", "libboost1.81-dev"), ("libuv", "libuv1-dev"),
        ("glib", "libglib2.0-dev"), ("qt", "qtbase5-dev"), ("poco", "libpoco-dev"),
    ]:
        fails(command, contender, 2, f"'{contender}'", package)
    fails(command, "fork,nobody", 2, "nobody")

    with open(os.path.join(folder, "forklift-contender-qt.so"), "w") as broken:
        broken.write("no module\n")
    fails(command, "qt", 1, "'qt'")
print("missing contenders say what brings them")
