#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""Fills the tables of docs/the-hang.md in from recorded runs:

    bench/hang_tables.py bench/results/DATE-MACHINE docs/the-hang.md

The folder holds hang-explained.json, hang.json and stuck-exec.json (bench/README.md).
What stands between `<!-- NAME -->` and `<!-- end -->` is replaced. It also says of
each claim of the page whether the figures hold it."""

import json
import pathlib
import re
import sys

corners = ["go1.8", "go1.8-fair", "go1.9-barging", "go1.9"]
measures = {"median launch": "median launch", "99th percentile": "99th percentile",
            "longest launch": "longest launch", "share of long waits": "waits of more than 3 medians",
            "spread between workers": "spread of launches between workers"}


def time(microseconds):
    for unit, size in (("s", 1e6), ("ms", 1e3)):
        if microseconds >= size:
            return f"{microseconds / size:.3g} {unit}"
    return f"{microseconds:.0f} µs"


def memory(mebibytes):
    return f"{mebibytes / 1024:.2f} GiB"


def table(head, rows):
    """Markdown: the first column to the left, the others to the right."""
    lines = [head, ["---"] + ["--:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def of(document, name):
    return next((run for run in document["runs"] if run["contender"] == name), None)


def corner_table(document, names):
    runs = [run for run in (of(document, name) for name in names) if run]

    def launches(run):
        each = [worker["launches"] for worker in run["by_worker"]]
        return f"{min(each):,} to {max(each):,}"

    rows = [["launches per second"] + [f"{run['rate_per_s']:,.0f}" for run in runs]]
    for title, part in (("median", "p50"), ("99th percentile", "p99"), ("longest", "max")):
        rows.append([f"launch, {title}"] + [time(run["launch_us"][part]) for run in runs])
    rows.append(["waits of more than 3 medians"] +
                [f"{100 * run['share_of_long_waits']:.2f} %" for run in runs])
    rows.append(["launches of a worker"] + [launches(run) for run in runs])
    return table(["", *(run["contender"] for run in runs)], rows)


def ratio(interval):
    write = lambda x: f"{x:.1f}" if x < 9.95 else f"{x:,.0f}"
    return f"{write(interval['p50'])} ({write(interval['low'])} to {write(interval['high'])})"


def effects_of(document, title):
    return next((one for one in document.get("effects", []) if one["of"].startswith(title)), None)


def effect_table(effects):
    if not effects:
        return "(not in this record)"
    rows = [[words, ratio(effects["copying"][name]["both"]),
             *(ratio(effects["mutex"][name][launch]) for launch in ("fork", "vfork"))]
            for name, words in measures.items()]
    return table(["multiplied by", "copying page tables", "the mutex of Go 1.8, with fork",
                  "with vfork"], rows)


def growth_table(document):
    rows = [[run["contender"], f"{memory(run['rss_mib'])} to {memory(run['rss_end_mib'])}",
             f"{run['rate_per_s']:,.0f}", time(run["launch_us"]["p50"]),
             time(run["launch_us"]["p99"]), time(run["lock_wait_us"]["max"])
             if run["lock_wait_us"]["max"] else "no lock",
             f"{min(run['waiting_per_dump'])} to {max(run['waiting_per_dump'])} of {run['workers']}"
             if run["waiting_per_dump"] else "-"]
            for run in document["runs"]]
    return table(["", "memory", "launches per second", "launch, median", "99th percentile",
                  "longest wait for the lock", "waiting at a dump"], rows)


def stuck_table(document):
    rows = [[run["contender"], "fails" if run["failure"] else "runs, late",
             time(run["stuck_launch_us"]), f"{run['waited']} of {run['workers']}",
             time(run["longest_us"]), f"{run['launches_meanwhile']:,}"]
            for run in document["runs"]]
    return table(["", "the stuck launch", "after", "workers that waited for it",
                  "their longest launch", "their launches meanwhile"], rows)


def machine_line(document):
    machine = document["machine"]
    line = (f"Figures of {machine['processor']}, {machine['cores']} processors, "
            f"{machine['kernel']}; records in [{folder.name}](../{folder}).")
    noise = [one["text"] for one in document["warnings"] if one["kind"] == "noisy"]
    return line + (f" Read ratios: {noise[0]}." if noise else "")


def claims(effects):
    copying, mutex = effects["copying"], effects["mutex"]
    yield "copying: median at least 3 times", copying["median launch"]["both"]["low"] >= 3
    for launch in ("fork", "vfork"):
        for name in ("share of long waits", "spread between workers"):
            yield f"mutex, {launch}: {name} at least twice", mutex[name][launch]["low"] >= 2


def fill(text, blocks):
    for name, block in blocks.items():
        pattern = re.compile(f"(<!-- {name} -->\n).*?(<!-- end -->)", re.S)
        text, count = pattern.subn(lambda found: found[1] + block + "\n" + found[2], text)
        if count != 1:
            sys.exit(f"hang_tables: the page has {count} places for '{name}'")
    return text


folder, page = map(pathlib.Path, sys.argv[1:])
explained, grown, stuck = (json.loads((folder / f"{name}.json").read_text())
                           for name in ("hang-explained", "hang", "stuck-exec"))
own, real = effects_of(explained, "C++"), effects_of(explained, "Go ")
page.write_text(fill(page.read_text(), {
    "machine": machine_line(explained),
    "growth": growth_table(grown),
    "corners": corner_table(explained, [*corners, "go1.21", "forklift"]),
    "effects": effect_table(own),
    "real corners": corner_table(explained, [*(f"real-{name}" for name in corners), "real-go"]),
    "real effects": effect_table(real),
    "stuck": stuck_table(stuck)}))
for whose, effects in (("C++", own), ("Go", real)):
    for claim, holds in claims(effects) if effects else ():
        print(f"{whose}: {claim}: {'yes' if holds else 'NO'}")
