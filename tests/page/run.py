#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""Makes a page of a recorded sweep and a made-up hang, and opens it in a
browser: run.py FORKLIFT SOURCE TREE. What is missing is told, and skips."""

import json
import pathlib
import shutil
import subprocess
import sys

SKIPPED = 77
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

forklift, source, tree = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
here = source / "tests" / "page"
recorded = source / "bench" / "results" / "2026-11-23-epyc-2" / "lab.json"


def with_first_launches(document):
    """The record is from before first launches were measured: these are made up."""
    for run in document["runs"]:
        if run["workers"] > 1:
            continue
        launch = run["launch_us"]["p50"]
        interval = {"p50": 3 * launch, "low": 2 * launch, "high": 4 * launch}
        run["first"] = {
            "processes": 9, "hold_us": interval, "launch_us": interval, "finish_us": interval,
            "ratio_to_later": {"p50": 3, "low": 2, "high": 4},
            "pages_written": run["rss_mib"] * 256,
            "faults": {"p50": 0, "low": 0, "high": 0},
            "write_us": interval, "write_before_us": interval}
    return document


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def tool(*names):
    found = next(filter(None, map(shutil.which, names)), None)
    return found or skip(f"{names[0]} was not found")


def install(npm):
    """As the lock file pins it; once for each lock file."""
    pinned = (here / "package-lock.json").read_text()
    installed = tree / "installed"
    if installed.exists() and installed.read_text() == pinned:
        return
    done = subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund",
                           "--prefer-offline", "--fetch-retries=1",
                           "--fetch-retry-mintimeout=1000"],
                          cwd=tree, capture_output=True, text=True, timeout=200)
    if done.returncode != 0:
        skip(f"npm ci could not install the browser's driver:\n{done.stderr}")
    installed.write_text(pinned)


browser, npm, node = tool(*BROWSERS), tool("npm"), tool("node", "nodejs")
tree.mkdir(parents=True, exist_ok=True)
for file in [*here.glob("*.mjs"), *here.glob("package*.json")]:
    shutil.copy(file, tree)
sweep, html = tree / "sweep.json", tree / "page.html"
sweep.write_text(json.dumps(with_first_launches(json.loads(recorded.read_text()))))
made = subprocess.run([forklift, "lab", "page", sweep, here / "hang.json", "--html", html],
                      capture_output=True, text=True, timeout=60)
if "has no report page" in made.stderr:
    skip(made.stderr.strip())
assert made.returncode == 0 and made.stdout == made.stderr == "", made
install(npm)
opened = subprocess.run([node, tree / "page_test.mjs", browser, html, sweep, here / "hang.json"],
                        timeout=150)
sys.exit(opened.returncode)
