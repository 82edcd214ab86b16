#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""The example job server answers many clients at once, each with its own jobs'
output, and goes on when one leaves in the middle of a job."""

import os
import socket
import subprocess
import sys
import tempfile


def connect(path):
    client = socket.socket(socket.AF_UNIX)
    while True:
        try:
            client.connect(path)
            return client
        except (FileNotFoundError, ConnectionRefusedError):
            continue


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "socket")
    server = subprocess.Popen([sys.argv[1], path])
    try:
        clients = [connect(path) for _ in range(12)]
        left = connect(path)
        left.sendall(b"read forever; echo never\n")
        left.close()
        for number, client in enumerate(clients):
            client.sendall(f"echo first {number}\necho then {number}\n".encode())
        for number, client in enumerate(clients):
            lines = client.makefile()
            answer = lines.readline() + lines.readline()
            assert answer == f"first {number}\nthen {number}\n", answer
        assert server.poll() is None, "the server has ended"
    finally:
        server.kill()
        server.wait()
print("12 clients, 24 jobs")
