#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""What cannot be reported is told in one line, at once, and leaves no file."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

forklift, recordings = sys.argv[1:]


def refuse(arguments, status, *words):
    done = subprocess.run([forklift, "report", *arguments], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=10)
    assert done.returncode == status, (arguments, done.returncode, done.stderr)
    assert done.stdout == "", (arguments, done.stdout[:300])
    assert done.stderr.count("\n") == 1, (arguments, done.stderr)
    for each in words:
        assert each in done.stderr, (arguments, each, done.stderr)


with tempfile.TemporaryDirectory() as folder:
    good = folder + "/good.jsonl"
    shutil.copy(recordings + "/posix_spawn.jsonl", good)
    before = pathlib.Path(good).read_bytes()
    junk = folder + "/junk"
    pathlib.Path(junk).write_bytes(b"\x7fELF\0\0\0\n\n")
    empty = folder + "/empty"
    pathlib.Path(empty).touch()
    os.symlink(good, folder + "/link")
    out = folder + "/out"
    there = sorted(os.listdir(folder))

    refuse([], 2, "FILE")
    refuse([good, "--nonsense"], 2, "nonsense")
    refuse([folder + "/missing"], 2, "missing", "No such file")
    refuse([folder], 2, "Is a directory")
    refuse([junk], 2, junk, "line 1", "not the beginning of a recording")
    refuse(["/dev/zero"], 2, "line 1", "too long")
    refuse([empty], 2, "is empty")
    refuse([recordings + "/cut_short.jsonl"], 2, "line 12", "cut short")
    refuse([recordings + "/newer_schema.jsonl"], 2, "line 1",
           "made by a newer forklift (schema 2, this one reads 1)")
    # Nothing is written of what cannot be read.
    refuse([recordings + "/cut_short.jsonl", "--trace", out], 2, "cut short")
    # Nor over one another, whatever leads there.
    refuse([good, "--trace", out, "--folded", out], 2, "--trace and --folded", "same file")
    refuse([good, "--trace", out, "--folded", folder + "/./out"], 2, "same file")
    refuse([good, "--trace", good], 2, "the recording and --trace", "same file")
    refuse([good, "--openmetrics", folder + "/link"], 2, "the recording and --openmetrics")
    refuse([good, "--trace", "/no/such/folder/file"], 1, "/no/such/folder/file")
    refuse([good, "--trace", folder], 1, "Is a directory")

    # A line of a good one is broken: its number is told.
    lines = before.decode().splitlines(keepends=True)
    lines[4] = lines[4].replace('"event":', '"event"')
    broken = folder + "/broken.jsonl"
    pathlib.Path(broken).write_text("".join(lines))
    refuse([broken], 2, "broken.jsonl' line 5", "is not JSON")
    os.remove(broken)

    assert pathlib.Path(good).read_bytes() == before
    assert sorted(os.listdir(folder)) == there, os.listdir(folder)
print("bad input is told in one line, and leaves nothing")
