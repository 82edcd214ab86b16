#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""Includes point one way: kernel <- launch <- public classes <- cli. The
vocabulary, plain public values without behaviour of their own, is for all."""

import pathlib
import re
import sys

VOCABULARY = {"capability_set", "cgroup", "engine", "export", "fd", "fork_lock", "guarantees",
              "landlock", "limit", "namespaces", "scheduling", "stdio", "step", "terminal"}
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


def libraries_of_core(room, name):
    """The core depends on libc, the kernel and the standard library alone."""
    return room != "cli" and re.match(r"(fmt|nlohmann|CLI|boost|asio)/", name)


def is_asio_room(path):
    """Only there may headers include Asio."""
    return path.as_posix().startswith("include/forklift/asio")


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
        is_foreign = libraries_of_core(room, name) and not is_asio_room(relative)
        if is_foreign or (kind != "library" and kind not in INTERNAL[room]):
            wrong.append(f"{relative}: includes {name}")
print("\n".join(wrong) or "all includes point downward")
sys.exit(bool(wrong))
