#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""--stats tells one JSON document of the launch, whatever became of it."""

import json
import os
import tempfile

from run_support import run

times = ("hold_us", "launch_us", "finish_us")
numbers = ("user_us", "system_us", "max_resident_bytes", "minor_faults", "major_faults",
           "voluntary_switches", "involuntary_switches")
others = ("program", "argv", "pid", "engine", "guarantees", "cgroup", "exit_code", "signal",
          "core_dumped", "timed_out", "failure")


def stats(*words, lines=0):
    done = run("--stats", "json", *words)
    told = done.stderr.splitlines()
    assert len(told) == lines + 1, told
    document = json.loads(told[-1])
    assert set(document) == {*times, *numbers, *others}, document.keys()
    assert set(document["guarantees"]) == {"parent_death", "cgroup", "tree"}
    assert all(document[name] >= 0 for name in (*times, *numbers)), document
    return document


good = stats("sh", "-c", "exit 3", "a b")
assert good["argv"] == ["sh", "-c", "exit 3", "a b"] and good["program"] == "sh", good
assert good["engine"] == os.environ.get("FORKLIFT_ENGINE", good["engine"]), good
assert 0 < good["hold_us"] <= good["launch_us"] <= good["finish_us"], good
assert good["exit_code"] == 3 and good["signal"] is None and good["failure"] is None, good
assert good["max_resident_bytes"] > 100_000 and good["minor_faults"] > 0, good
assert good["pid"] > 0 and good["timed_out"] is False, good

killed = stats("sh", "-c", "kill -9 $$")
assert killed["exit_code"] is None and killed["signal"] == 9, killed

late = stats("--timeout", "50ms", "sleep", "1000", lines=1)
assert late["timed_out"] and late["signal"] == 15 and late["guarantees"]["tree"] == "group", late

missing = stats("no-such-program", lines=1)
assert missing["exit_code"] is None and missing["finish_us"] == 0, missing
assert missing["failure"]["step"] == "execve" and missing["failure"]["errno"] == 2, missing

tied = stats("--die-with-parent", "true")
assert tied["guarantees"]["parent_death"] in ("signal", "pidfd"), tied

assert stats("sh", "-c", "exit", "\udcff")["argv"][3] == "\ufffd"  # no UTF-8

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "stats")
    done = run("--stats", "json", "--stats-file", path, "ls", "/proc/self/fd")
    assert done.stderr == "" and json.load(open(path))["exit_code"] == 0, done
    assert len(done.stdout.split()) == 4, "the child has a descriptor of ours"
    text = run("--stats", "text", "true").stderr
    assert {line.split()[0] for line in text.splitlines()} == set(good), text
print("--stats tells what became of a launch")
