#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""No child of any contender gets a blocked signal from the run, nor a signal
ignored that was not ignored before, while stacks are asked for by signals."""

import os
import subprocess
import sys
import tempfile

forklift = sys.argv[1]
contenders = ["fork", "posix_spawn", "vfork", "go1.8", "go1.8-fair", "go1.9-barging", "go1.9", "go1.21", "forklift",
              "forklift-async"]

with tempfile.TemporaryDirectory() as folder:
    seen = os.path.join(folder, "seen")
    program = os.path.join(folder, "program")
    with open(program, "w") as script:
        script.write("#!/bin/sh\n"
                     f"exec grep -h -e SigBlk -e SigIgn /proc/self/status >>'{seen}'\n")
    os.chmod(program, 0o755)
    subprocess.run([program], check=True, timeout=10)
    direct = set(open(seen).read().splitlines())
    assert "SigBlk:\t" + 16 * "0" in direct, direct
    for contender in contenders:
        os.truncate(seen, 0)
        done = subprocess.run(
            [forklift, "lab", "hang", "--contender", contender, "--program", program,
             "--rss", "16M", "--workers", "2", "--for", "400ms", "--dump-every", "100ms"],
            capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
        assert done.returncode == 0, (contender, done.stderr)
        lines = set(open(seen).read().splitlines())
        # Some launchers set ignored signals back to default, and posix_spawn ignores
        # the two that the C library keeps for itself, 32 and 33.
        allowed = direct | {"SigIgn:\t" + 16 * "0", "SigIgn:\t0000000180000000"}
        assert lines and lines <= allowed, (contender, lines, direct)
print("children see the signals as they would without the run")
