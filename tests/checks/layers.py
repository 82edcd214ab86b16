#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""Includes point one way: kernel <- launch <- public classes <- cli. The
vocabulary, plain public values without behaviour of their own, is for all.
Bridges to other libraries stand beside the core, which does not see them."""

import pathlib
import re
import sys

VOCABULARY = {"capability_set", "cgroup", "engine", "export", "fd", "fork_lock", "guarantees",
              "landlock", "limit", "namespaces", "scheduling", "stdio", "step", "terminal"}
# Public headers NAME.hpp and NAME/*: the libraries of others that they may include.
BRIDGES = {"asio": "(boost/)?asio/", "boost_process": "boost/"}
INTERNAL = {  # what a room may include of the project
    "src/kernel": {"kernel", "vocabulary"},
    "src/launch": {"kernel", "launch", "vocabulary"},
    "src": {"kernel", "launch", "classes", "vocabulary", "public"},
    "include": {"vocabulary", "public"},
    "cli": {"cli", "vocabulary", "public"},
}


def room_of(path):
    for room in sorted(INTERNAL, key=len, reverse=True):
        if path.parts[: len(room.split("/"))] == tuple(room.split("/")):
            return room
    return None


def kind_of(name, quoted):
    first = name.split("/")[0]
    if first == "forklift":
        return "vocabulary" if pathlib.Path(name).stem in VOCABULARY else "public"
    if not quoted:
        return "library"
    if first in ("kernel", "launch"):
        return first
    return "here"


def bridge_of(path):
    parts = path.with_suffix("").parts
    named = parts[:2] == ("include", "forklift") and len(parts) > 2 and parts[2] in BRIDGES
    return parts[2] if named else None


def is_foreign(path, name):
    """The core depends on libc, the kernel and the standard library alone."""
    if room_of(path) == "cli" or not re.match(r"(fmt|nlohmann|CLI|boost|asio)[/.]", name):
        return False
    bridge = bridge_of(path)
    return not bridge or not re.match(BRIDGES[bridge], name)


def is_bridge_from_core(path, name):
    """Who includes a bridge depends on its library."""
    bridge = bridge_of(pathlib.Path("include", name))
    return bridge and bridge_of(path) != bridge and room_of(path) != "cli"


root = pathlib.Path(sys.argv[1])
wrong = []
for path in sorted([*root.glob("src/**/*.?pp"), *root.glob("include/**/*.?pp"),
                    *root.glob("cli/**/*.?pp")]):
    relative = path.relative_to(root)
    room = room_of(relative)
    for line in path.read_text().splitlines():
        found = re.match(r'#include ([<"])([^>"]+)[>"]', line)
        if not found:
            continue
        name, kind = found[2], kind_of(found[2], found[1] == '"')
        if kind == "here":
            kind = "cli" if room == "cli" else "classes" if room == "src" else room
        is_wrong_library = is_foreign(relative, name) or is_bridge_from_core(relative, name)
        if is_wrong_library or (kind != "library" and kind not in INTERNAL[room]):
            wrong.append(f"{relative}: includes {name}")
print("\n".join(wrong) or "all includes point downward")
sys.exit(bool(wrong))
