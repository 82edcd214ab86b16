#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""A private redis-server with much in it that saves in the background.

redis_target.py [--mib N] [--calls K] [--interval MS]

It prints "ready" and the server's pid, waits for a line on its input, has it save
K times, and prints one JSON object of what the server says of its own forks.
"""

import argparse
import json
import socket
import subprocess
import sys
import tempfile
import time

KEY_BYTES = 4096


class Server:
    def __init__(self, folder):
        self.path = f"{folder}/socket"
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.path, "--save", "",
             "--appendonly", "no", "--dir", folder, "--enable-debug-command", "local"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.connection = self.connect()
        self.replies = self.connection.makefile("rb")

    def connect(self):
        end = time.monotonic() + 20
        while True:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(self.path)
                return connection
            except OSError:
                connection.close()
                assert time.monotonic() < end and self.process.poll() is None, "no redis-server"
                time.sleep(0.01)

    def ask(self, *words):
        text = f"*{len(words)}\r\n" + "".join(f"${len(word)}\r\n{word}\r\n" for word in words)
        self.connection.sendall(text.encode())
        reply = self.replies.readline()
        assert not reply.startswith(b"-"), (words, reply)
        if not reply.startswith(b"$"):
            return reply.decode()
        return self.replies.read(int(reply[1:]) + 2).decode()

    def told(self, name):
        """A number of INFO."""
        for line in self.ask("INFO").splitlines():
            if line.startswith(name + ":"):
                return int(line.split(":")[1])
        raise AssertionError(name)

    def save(self):
        begin = time.monotonic_ns()
        self.ask("BGSAVE")
        while self.told("rdb_bgsave_in_progress"):
            time.sleep(0.01)
        return {"begin_ns": begin, "duration_us": self.told("latest_fork_usec"), "child": 0}


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mib", type=int, default=256)
    parser.add_argument("--calls", type=int, default=3)
    parser.add_argument("--interval", type=int, default=100)
    return parser.parse_args()


def main():
    wish = parse()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder)
        try:
            keys = wish.mib * (1 << 20) // KEY_BYTES
            server.ask("DEBUG", "POPULATE", str(keys), "key", str(KEY_BYTES))
            print("ready", server.process.pid, flush=True)
            sys.stdin.readline()
            calls = []
            for _ in range(wish.calls):
                calls.append(server.save())
                time.sleep(wish.interval / 1000)
            print(json.dumps({"mode": "bgsave", "mib": wish.mib, "calls": calls}), flush=True)
        finally:
            server.process.terminate()
            server.process.wait()


main()
