#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""A heavy Python process with threads that creates others and times that itself.

py_target.py MODE [--mib N] [--threads T] [--calls K] [--interval MS]

MODE: subprocess, preexec_fn, multiprocessing, os_fork. It prints "ready" and its
pid, waits for a line on its input, and prints one JSON object at the end.
"""

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import threading
import time

PAGE = 4096


def by_subprocess():
    return subprocess.Popen(["/bin/true"])


def by_preexec_fn():
    return subprocess.Popen(["/bin/true"], preexec_fn=lambda: None)


class Forked:
    def __init__(self):
        self.pid = os.fork()
        if self.pid == 0:
            os._exit(0)

    def wait(self):
        os.waitpid(self.pid, 0)


def nothing():
    pass


class Multiprocess:
    def __init__(self):
        self.process = multiprocessing.get_context("fork").Process(target=nothing)
        self.process.start()
        self.pid = self.process.pid

    def wait(self):
        self.process.join()


ways = {"subprocess": by_subprocess, "preexec_fn": by_preexec_fn,
        "multiprocessing": Multiprocess, "os_fork": Forked}


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", choices=ways)
    parser.add_argument("--mib", type=int, default=256)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--calls", type=int, default=10)
    parser.add_argument("--interval", type=int, default=100)
    return parser.parse_args()


def make_ballast(mib):
    ballast = bytearray(mib << 20)
    ballast[::PAGE] = b"1" * len(ballast[::PAGE])
    return ballast


def work(ballast, number, over):
    i = number
    while not over.is_set():
        for j in range(32):
            ballast[(i * 7919 + j * 104729) * PAGE % len(ballast)] = 1
        i += 1
        time.sleep(0.0005)


def time_call(way):
    begin = time.monotonic_ns()
    child = way()
    duration = time.monotonic_ns() - begin
    child.wait()
    return {"begin_ns": begin, "duration_us": duration / 1e3, "child": child.pid}


def main():
    wish = parse()
    ballast = make_ballast(wish.mib)
    over = threading.Event()
    workers = [threading.Thread(target=work, args=(ballast, number, over))
               for number in range(wish.threads)]
    for worker in workers:
        worker.start()
    print("ready", os.getpid(), flush=True)
    sys.stdin.readline()
    calls = []
    for _ in range(wish.calls):
        calls.append(time_call(ways[wish.mode]))
        time.sleep(wish.interval / 1000)
    over.set()
    for worker in workers:
        worker.join()
    print(json.dumps({"mode": wish.mode, "threads": wish.threads, "mib": wish.mib,
                      "version": sys.version.split()[0], "calls": calls}), flush=True)


main()
