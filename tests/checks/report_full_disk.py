#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""On a full disk a report says so in one line, and no half of a file is left."""

import os
import pathlib
import subprocess
import sys
import tempfile

forklift, recordings = sys.argv[1:]
fork = recordings + "/fork_four_threads.jsonl"


def fails(*arguments, **more):
    done = subprocess.run([forklift, "report", fork, *arguments], stderr=subprocess.PIPE,
                          text=True, timeout=20, **more)
    assert done.returncode == 1 and done.stderr.count("\n") == 1, (arguments, done)
    return done.stderr


# To the standard output, and to a device, which stays one.
with open("/dev/full", "w") as full:
    assert "cannot write to the standard output: No space left" in fails(stdout=full)
for option in ("--trace", "--folded", "--openmetrics"):
    told = fails(option, "/dev/full", stdout=subprocess.DEVNULL)
    assert "'/dev/full': No space left on device" in told, told

with tempfile.TemporaryDirectory() as folder:
    mount = ["mount", "-t", "tmpfs", "-o", "size=8k,mode=700", "tmpfs", folder]
    if os.geteuid() != 0 or subprocess.run(mount, stderr=subprocess.DEVNULL).returncode != 0:
        print("skipped: mounting a small file system takes root")
        sys.exit(77)
    try:
        trace = pathlib.Path(folder, "trace.json")
        trace.write_text("before\n")
        told = fails("--trace", str(trace), stdout=subprocess.DEVNULL)
        assert f"'{trace}': No space left on device" in told, told
        assert os.listdir(folder) == ["trace.json"] and trace.read_text() == "before\n"
    finally:
        subprocess.run(["umount", folder], check=True)
print("a full disk is told in one line, and leaves no half file")
