#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""Arrows point one way. In `src`, a folder includes itself and the folders
below it; in `cli`, the folders include each other without circles; a class is
declared ahead only in its own folder or below. Planning asks neither the kernel
nor the environment: what it depends on is captured in one place. The core library includes libc,
the kernel's headers and the standard library alone; bridges to other libraries
stand beside it, and it does not see them."""

import pathlib
import re
import sys

# From the bottom up. `diagnosis` stands above `launch`, which reaches it through
# launch/observer.hpp alone.
LAYERS = ["kernel", "types", "child", "plan", "launch", "api", "io", "async"]
BELOW = {folder: set(LAYERS[: at + 1]) for at, folder in enumerate(LAYERS)}
BELOW["diagnosis"] = {"kernel", "types", "child", "plan", "launch", "diagnosis"}
# Public headers without behaviour of their own, which every layer may include.
VALUES = {"capability_set", "cgroup", "engine", "export", "fd", "fork_lock", "guarantees",
          "histogram", "landlock", "limit", "namespaces", "scheduling", "stdio", "step", "terminal"}
LOW = {"kernel", "child", "plan", "launch"}  # these include no other public header
# Public headers NAME.hpp and NAME/*: the libraries of others that they may include.
BRIDGES = {"asio": "(boost/)?asio/", "boost_process": "boost/"}
FOREIGN = r"(fmt|nlohmann|CLI|boost|asio)[/.]"


# The files of `plan` that ask: for the caller's state, and the user database.
ASKING = {"caller_state.cpp", "identity.cpp"}
QUESTIONS = (r"(\bfeatures\(\)|\bprobe\(\)|\braw::call\(|\benviron\b|\bgetenv\b|::\w*(getenv|rlimit|"
             r"priority|fcntl|stat|readlink|open|sys(call|conf)|get[a-z]*id)\()")


def questions(path, text):
    """Lines of a planning file that ask the kernel or the environment."""
    if path.parts[:2] != ("src", "plan") or path.name in ASKING:
        return []
    code = (line.split("//")[0] for line in text.splitlines())
    return [line.strip() for line in code if re.search(QUESTIONS, line)]


def includes(text):
    for line in text.splitlines():
        found = re.match(r'#include ([<"])([^>"]+)[>"]', line)
        if found:
            yield found[2]


def bridge_of(name):
    """`name` is a path below include/."""
    parts = pathlib.PurePath(name).with_suffix("").parts
    return parts[1] if len(parts) > 1 and parts[0] == "forklift" and parts[1] in BRIDGES else None


def wrong_library(path, name):
    """A library of others, included outside the command and outside its bridge."""
    if not re.match(FOREIGN, name):
        return False
    bridge = bridge_of(path.relative_to("include")) if path.parts[0] == "include" else None
    return not bridge or not re.match(BRIDGES[bridge], name)


def wrong_in_source(path, name):
    folder = path.parts[1]
    if name.startswith("forklift/"):
        stem = pathlib.PurePath(name).stem
        return folder in LOW and stem not in VALUES or bool(bridge_of(name))
    target = name.split("/")[0]
    if target not in BELOW:
        return wrong_library(path, name)
    return target not in BELOW[folder]


def wrong_in_header(path, name):
    if wrong_library(path, name):
        return True
    bridge = bridge_of(name)
    return bool(bridge) and bridge_of(path.relative_to("include")) != bridge


def classes_declared_ahead(text):
    return re.findall(r"^\s*(?:class|struct) (\w+);", text, re.M)


def home_of_classes(root):
    """The folder of `src` in which each class is defined."""
    homes = {}
    for path in root.glob("src/**/*.hpp"):
        for name in re.findall(r"^(?:class|struct) (\w+)[^;{]*\{", path.read_text(), re.M):
            homes.setdefault(name, path.relative_to(root).parts[1])
    return homes


def circles(arrows):
    """Folders that reach themselves."""
    reached = {folder: set(targets) for folder, targets in arrows.items()}
    for _ in arrows:
        for folder in reached:
            reached[folder] |= set().union(*(reached.get(t, set()) for t in reached[folder]), set())
    return sorted(folder for folder in reached if folder in reached[folder])


root = pathlib.Path(sys.argv[1])
wrong, command = [], {}
homes = home_of_classes(root)
loose = [path for path in root.glob("src/*") if path.is_file()]
wrong += [f"{path.relative_to(root)}: stands in no folder" for path in loose]
for path in sorted(p for top in ("src", "include", "cli") for p in root.glob(f"{top}/**/*.?pp")):
    relative, text = path.relative_to(root), path.read_text()
    top = relative.parts[0]
    if path in loose:
        continue
    if top == "src" and relative.parts[1] not in BELOW:
        wrong.append(f"{relative}: its folder has no layer")
        continue
    for name in includes(text):
        if top == "src" and wrong_in_source(relative, name):
            wrong.append(f"{relative}: includes {name}")
        if top == "include" and wrong_in_header(relative, name):
            wrong.append(f"{relative}: includes {name}")
        if top == "cli" and len(relative.parts) > 2:
            target = name.split("/")[0]
            if target != relative.parts[1] and (root / "cli" / name).exists() and "/" in name:
                command.setdefault(relative.parts[1], set()).add(target)
    wrong += [f"{relative}: planning asks: {line}" for line in questions(relative, text)]
    if top == "src":
        for name in classes_declared_ahead(text):
            if name in homes and homes[name] not in BELOW[relative.parts[1]]:
                wrong.append(f"{relative}: declares {name} of {homes[name]} ahead")
wrong += [f"cli/{folder}: includes itself through {sorted(command[folder])}"
          for folder in circles(command)]
print("\n".join(wrong) or "all includes point downward")
sys.exit(bool(wrong))
