# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""Launches a program by subprocess.Popen when told to (cli/lab/peers/peer.hpp)."""

import mmap
import os
import subprocess
import sys
import time

PAGE = 4096
kept = []


def carry(rss, descriptors):
    if rss > 0:
        # Private: a fork copies no page tables of shared memory.
        memory = mmap.mmap(-1, rss, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        for at in range(0, rss, PAGE):
            memory[at] = 1
        kept.append(memory)
    while len(os.listdir("/proc/self/fd")) - 1 < descriptors:
        missing = descriptors - (len(os.listdir("/proc/self/fd")) - 1)
        kept.extend(os.open("/dev/null", os.O_RDWR) for _ in range(missing))
    return "ready"


def launch_once(program):
    begin = time.perf_counter_ns()
    child = subprocess.Popen([program])
    launched = time.perf_counter_ns()
    child.wait()
    finished = time.perf_counter_ns()
    return f"{(launched - begin) / 1000:.3f}:{(finished - begin) / 1000:.3f}"


def answer(program, words):
    if words[0] == "load":
        return carry(int(words[1]), int(words[2]))
    if words[0] == "launch":
        return " ".join(launch_once(program) for _ in range(int(words[1])))
    raise ValueError(f"unknown command '{words[0]}'")


def main(program):
    with os.fdopen(3) as commands, os.fdopen(4, "w") as answers:
        for line in commands:
            words = line.split()
            if words == ["quit"]:
                return
            try:
                text = answer(program, words)
            except Exception as error:
                text = f"error {error}".replace("\n", " ")
            print(text, file=answers, flush=True)


main(sys.argv[1])
