#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""--pty relays a terminal, follows its size, and leaves ours as it was."""

import fcntl
import os
import pty
import struct
import subprocess
import termios

from run_support import forklift, run


def set_size(terminal, rows, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def read_to(terminal, words):
    seen = ""
    while words not in seen:
        seen += os.read(terminal, 4096).decode()
    return seen


assert run("--pty", "tty").stdout.startswith("/dev/pts/")
assert run("--pty", "sh", "-c", "test -t 0 && test -t 1 && test -t 2; exit $?").returncode == 0
done = run("--pty", "cat", input="a line\nhalf a line", stdin=None)
assert done.returncode == 0 and done.stdout.endswith("half a line"), done
assert len(run("--pty", "seq", "100000").stdout.splitlines()) == 100000

ours, theirs = pty.openpty()
set_size(theirs, 11, 33)
before = termios.tcgetattr(theirs)
script = "stty size; trap 'stty size; exit 8' WINCH; echo ready; while :; do read line; done"
process = subprocess.Popen([forklift, "run", "--pty", "sh", "-c", script], stdin=theirs,
                           stdout=theirs, stderr=theirs, start_new_session=True,
                           preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
assert "11 33" in read_to(ours, "ready")
assert not termios.tcgetattr(theirs)[3] & termios.ICANON, "our terminal is not raw"
set_size(theirs, 22, 44)
os.write(ours, b"\n")  # ends what the shell waits in, should it not be told
assert "22 44" in read_to(ours, "22 44")
assert process.wait(30) == 8
assert termios.tcgetattr(theirs) == before, "our terminal is not as it was"
print("a terminal is relayed, and ours is as it was")
