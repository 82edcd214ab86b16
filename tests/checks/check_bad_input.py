#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""What cannot be checked is told in one line, at once."""

import os
import pathlib
import threading

from check_support import run

zombie = os.fork()
if zombie == 0:
    os._exit(0)
os.waitid(os.P_PID, zombie, os.WEXITED | os.WNOWAIT)

end = threading.Event()
thread = threading.Thread(target=end.wait)
thread.start()

cases = [
    (("check", "2147483647"), "no process has the id 2147483647"),
    (("check", zombie), f"process {zombie} is a zombie: it has ended and waits for its parent"),
    (("check", thread.native_id), f"{thread.native_id} is a thread of process {os.getpid()}"),
    (("check", "python3"), "'python3' is not a process id"),
    (("check", "12x"), "'12x' is not a process id"),
    (("check", "0"), "'0' is not a process id"),
    (("check", "99999999999999999999"), "'99999999999999999999' is not a process id"),
    (("check", ""), "'' is not a process id"),
    (("check",), "PID is required"),
    (("check", "1", "2"), "2"),
    (("check", "--nonsense", "1"), "nonsense"),
    (("survey", "--top", "0"), "'0' is not a number"),
    (("survey", "--top", "all"), "'all' is not a number"),
    (("survey", "--nonsense"), "nonsense"),
]
if pathlib.Path("/proc/2/comm").exists() and not pathlib.Path("/proc/2/cmdline").read_bytes():
    cases.append((("check", "2"), "is a kernel thread: it has no memory of its own to copy"))
try:
    for words, said in cases:
        done = run(*words)
        assert done.returncode == 2, (words, done.returncode, done.stderr)
        assert done.stdout == "", (words, done.stdout)
        assert said in done.stderr and done.stderr.count("\n") == 1, (words, done.stderr)
finally:
    end.set()
    thread.join()
    os.waitpid(zombie, 0)
print("what cannot be checked is told in one line")
