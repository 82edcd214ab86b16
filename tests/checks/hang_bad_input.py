#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""What the hang cannot be asked for is told in one line, at once."""

import subprocess
import sys

forklift = sys.argv[1]

cases = [
    (("--rss", "4X"), 2, "'4X' is not a size"),
    (("--rss", "900G"), 2, "only half of"),
    (("--rss", "16M", "--grow", "900G/s"), 2, "only half of"),
    (("--grow", "x"), 2, "'x' is not a rate"),
    (("--for", "0"), 2, "'0' is not between"),
    (("--for", "30"), 2, "'30' is not a duration"),
    (("--for", "5h"), 2, "'5h' is not a duration"),
    (("--dump-every", "1ms"), 2, "'1ms' is less"),
    (("--workers", "0"), 2, "'0' is not a number"),
    (("--workers", "many"), 2, "'many' is not a number"),
    (("--rate", "fast"), 2, "fast"),
    (("--rate", "-1"), 2, "-1"),
    (("--contender", "nonsense"), 2, "nonsense"),
    (("--nonsense",), 2, "nonsense"),
    (("--rounds", "3"), 2, "--rounds is for --explain"),
    (("--explain", "--rounds", "0"), 2, "'0' is not a number"),
    (("--explain", "--coroutines"), 2, "--explain is for threads"),
    (("--explain", "--contender", "go1.8"), 2, "contenders of its own"),
    (("--stuck-exec", "2"), 2, "'2' is not a duration"),
    (("--stuck-exec", "1ms"), 2, "'1ms' is not between"),
    (("--stuck-exec", "2s", "--explain"), 2, "an experiment of its own"),
    (("--stuck-exec", "2s", "--for", "3s"), 2, "takes as long as its exec"),
    (("--stuck-exec", "2s", "--html", "page.html"), 2, "--html has no page"),
    (("--go", "--coroutines"), 2, "--go is for threads"),
    (("--go", "--rate", "5"), 2, "--go launches as fast as it can"),
    (("--program", "/no/such/program"), 1, "/no/such/program"),
    (("--program", "/bin/false"), 1, "exited with 1"),
    (("--json", "/no/such/folder/file"), 1, "/no/such/folder/file"),
]
cases = [(("hang", *arguments), status, words) for arguments, status, words in cases]
cases.append((("--rss", "1G", "hang"), 2, "options of 'hang' come after its name"))
for arguments, status, words in cases:
    done = subprocess.run([forklift, "lab", *arguments], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=20)
    assert done.returncode == status, (arguments, done.returncode, done.stderr)
    assert done.stdout == "", (arguments, done.stdout)
    assert words in done.stderr and done.stderr.count("\n") == 1, (arguments, done.stderr)
print("bad input is told in one line, at once")
