#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""Runs a lab with peers: those that the machine has, and toolchains that are not
what they seem to be. No process may stay behind in any case."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

FORKLIFT = sys.argv[1]
TOOLS = {"peer-python": ["python3"], "peer-go": ["go"], "peer-rust": ["rustc"],
         "peer-node": ["node"], "peer-java": ["java", "javac"]}
SECRET = "FORKLIFT_LAB_PEERS_CHECK"  # by which all processes of a run are known


def processes_of(mark):
    """The programs that still run with our mark in their environment."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if f"{SECRET}={mark}".encode() in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_bytes())
        except OSError:
            pass  # it has just ended
    return found


def lab(folder, *arguments, path=None, cache=os.environ.get("XDG_CACHE_HOME", "")):
    """A run of the lab with peers: its runs by contender, and its warnings."""
    figures = os.path.join(folder, "figures.json")
    mark = os.urandom(8).hex()
    environment = {**os.environ, SECRET: mark, "PATH": path or os.environ["PATH"],
                   "XDG_CACHE_HOME": cache}
    done = subprocess.run([FORKLIFT, "lab", "--peers", "--contender", "vfork,forklift",
                           "--launches", "20", "--json", figures, *arguments],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          env=environment)
    assert done.returncode == 0, (arguments, done.returncode, done.stderr)
    assert not processes_of(mark), processes_of(mark)
    runs = json.load(open(figures))["runs"]
    warnings = [line for line in done.stderr.splitlines()
                if "warning:" in line and "took" not in line]  # the machine may be busy
    by_load = {(run["contender"], run["rss_mib"], run["workers"]): run for run in runs}
    assert len(by_load) == len(runs), "a contender was measured twice under one load"
    return by_load, warnings


def peers_that_are_here_take_part(folder):
    runs, warnings = lab(folder, "--rss", "0,64M", "--workers", "1,2")
    for peer, tools in TOOLS.items():
        about = [line for line in warnings if peer in line]
        if not all(map(shutil.which, tools)):
            assert len(about) == 1, (peer, warnings)
            continue
        assert not about, about
        for rss in (0, 64):
            run = runs[peer, rss, 1]
            assert run["launches"] >= 20 and run["process"] == "own", run
            assert 0 < run["launch_us"]["p50"] <= run["finish_us"]["p50"], run
            assert run["hold_us"] == run["launch_us"] and run["bystander_gap_us"] is None, run
            assert run["launch_ratio"]["low"] > 0, run
            assert (peer, rss, 2) not in runs, "a peer cannot launch from two threads"
    assert "peer-python" in {contender for contender, _, _ in runs}, "there is always a Python"
    for contender in ("vfork", "forklift"):
        assert all((contender, rss, workers) in runs for rss in (0, 64) for workers in (1, 2))
        assert "process" not in runs[contender, 0, 1]


# What a python3 may be instead of Python; $1 is "--version" when asked for it.
FAKES = {
    "rubbish": ("yes rubbish >&4", "answered 'rubbish'"),
    "no line at all": ("tr '\\0' x </dev/zero >&4", "answered 'xxxx"),
    "times that cannot be": ("while read -r line <&3; do echo 7:3 >&4; done", "answered '7:3'"),
    "an error": ("while read -r line <&3; do echo error no luck >&4; done", "failed: no luck"),
    "an end": ("exit 3", "exited with 3"),
    "a death in a launch": ("read -r line <&3; kill -KILL $$", "killed by SIGKILL"),
    "a death later": (
        "while read -r word rest <&3; do case $word in load) echo ready;; "
        "*) n=$((n + 1)); if [ $n -gt 210 ]; then kill -KILL $$; fi; echo 1:2;; esac >&4; done",
        "killed by SIGKILL"),
    "no answer": ("sleep 1000 & wait", "did not answer 'launch 1' in time"),
    "no answer at the load": (
        "while read -r word rest <&3; do case $word in load) sleep 1000;; "
        "*) echo 1:2 >&4;; esac; done", "did not answer 'load 67108864 "),
}


def a_false_peer_is_one_warning(folder, name, script, words):
    tools = pathlib.Path(folder) / "tools"
    tools.mkdir(exist_ok=True)
    fake = tools / "python3"
    fake.write_text(f'#!/bin/sh\nPATH={os.defpath}\n'
                    f'if [ "$1" = --version ]; then echo Python 3.99.1; exit; fi\n{script}\n')
    fake.chmod(0o755)
    # A second load: who dropped out is neither tried nor warned of again.
    runs, warnings = lab(folder, "--rss", "64M,0", path=str(tools))
    assert {contender for contender, _, _ in runs} == {"vfork", "forklift"}, name
    about = [line for line in warnings if "peer-python" in line]
    assert len(about) == 1 and words in about[0] and "; " in about[0], (name, warnings)
    missing = [line for line in warnings if "peer-python" not in line]
    assert len(missing) == len(TOOLS) - 1, (name, warnings)
    assert all("install it" in line for line in missing), missing


def a_tool_that_cannot_build_is_one_warning(folder):
    tools = pathlib.Path(folder) / "compilers"
    tools.mkdir()
    for name, script in (("go", "echo go9.9.9"), ("rustc", "echo no version"), ("node", "exit 1")):
        (tools / name).write_text(
            f'#!/bin/sh\nif [ "$1" = build ]; then echo cannot build >&2; exit 2; fi\n{script}\n')
        (tools / name).chmod(0o755)
    _, warnings = lab(folder, "--rss", "0", path=str(tools))
    for peer, words in (("peer-go", "exited with 2: cannot build"), ("peer-node", "exited with 1"),
                        ("peer-rust", "'no version' for its version")):
        about = [line for line in warnings if peer in line]
        assert len(about) == 1 and words in about[0], (peer, warnings)


def without_a_cache_python_takes_part(folder):
    tools = pathlib.Path(folder) / "two"
    tools.mkdir()
    (tools / "python3").symlink_to(sys.executable)
    (tools / "go").write_text("#!/bin/sh\necho go9.9.9\n")
    (tools / "go").chmod(0o755)
    runs, warnings = lab(folder, "--rss", "0", path=str(tools), cache="/proc/nowhere")
    assert ("peer-python", 0, 1) in runs
    assert not any("peer-python" in line for line in warnings), warnings
    about = [line for line in warnings if "peer-go" in line]
    assert len(about) == 1 and about[0].endswith(
        "set XDG_CACHE_HOME to a folder that can be written"), warnings


with tempfile.TemporaryDirectory() as folder:
    peers_that_are_here_take_part(folder)
    for name, (script, words) in FAKES.items():
        a_false_peer_is_one_warning(folder, name, script, words)
    a_tool_that_cannot_build_is_one_warning(folder)
    without_a_cache_python_takes_part(folder)
print("peers take part, and false ones are one warning each")
