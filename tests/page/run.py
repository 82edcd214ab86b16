#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""Makes a page of a recorded sweep and a made-up hang, and opens it in a
browser: run.py FORKLIFT SOURCE TREE. What is missing is told, and skips."""

import pathlib
import shutil
import subprocess
import sys

SKIPPED = 77
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

forklift, source, tree = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
here = source / "tests" / "page"
sweep = source / "bench" / "results" / "2026-11-23-epyc-2" / "lab.json"


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
html = tree / "page.html"
made = subprocess.run([forklift, "lab", "page", sweep, here / "hang.json", "--html", html],
                      capture_output=True, text=True, timeout=60)
if "has no report page" in made.stderr:
    skip(made.stderr.strip())
assert made.returncode == 0 and made.stdout == made.stderr == "", made
install(npm)
opened = subprocess.run([node, tree / "page_test.mjs", browser, html, sweep, here / "hang.json"],
                        timeout=150)
sys.exit(opened.returncode)
