#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""`forklift run` runs what env(1) runs and the shell passes, and no half identity."""

import os
import subprocess
import tempfile

from run_support import forklift, is_root, prints, run


def refused(words, *parts):
    done = run(*words)
    assert done.returncode == 125, (words, done.returncode, done.stdout, done.stderr)
    assert done.stdout == "", (words, done.stdout)
    for part in parts:
        assert part in done.stderr, (words, part, done.stderr)
    assert done.stderr.count("\n") == 1, done.stderr


def shell(script, **more):
    done = subprocess.run(["bash", "-c", script, "bash", forklift], capture_output=True, text=True,
                          timeout=60, **more)
    assert done.returncode == 0, (script, done.returncode, done.stderr)
    return done.stdout


def ids_that_mean_unchanged():
    for words in (("--user", "4294967295"), ("--user", "4294967295:5"), ("--group", "4294967295"),
                  ("--groups", "1,4294967295"), ("--user", "0:4294967295")):
        refused((*words, "id"), "4294967295")
    refused(("--user", "12342", "id"), "12342", "without a group")
    refused(("--limit", "core=18446744073709551615", "true"), "unlimited")
    if is_root:
        assert prints("--user", "12342:7", "--", "sh", "-c", "id -u; id -g; id -G") == "12342\n7\n7\n"


def scripts_without_a_first_line():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "script")
        with open(path, "w") as script:
            script.write("echo ran $1\n")
        os.chmod(path, 0o755)
        assert prints(path, "one") == "ran one\n"
        assert prints("script", "one", env={**os.environ, "PATH": folder}) == "ran one\n"
        if is_root:
            assert prints("--user", "0:0", path, "one") == "ran one\n"
        long = "/" + "x" * 5000
        assert prints("script", "one", env={**os.environ, "PATH": f"{long}:{folder}"}) == "ran one\n"


def what_the_shell_passes_by_a_path():
    assert shell('"$1" run --stdin <(echo hi) -- cat') == "hi\n"
    assert shell('"$1" run --stdin /dev/stdin -- cat', input="typed") == "typed"
    if is_root:
        assert shell('"$1" run --user 0:0 --stdin <(echo hi) -- cat') == "hi\n"
        assert shell('"$1" run --group 0 -- /proc/self/exe run echo again') == "again\n"


def streams_that_are_closed():
    assert shell('"$1" run -- readlink /proc/self/fd/0 <&-') == "/dev/null\n"
    assert shell('"$1" run --timeout 60 -- sh -c "readlink /proc/self/fd/0; ls /proc/self/fd | wc -l"'
                 ' <&-').split() == ["/dev/null", "4"]


ids_that_mean_unchanged()
scripts_without_a_first_line()
what_the_shell_passes_by_a_path()
streams_that_are_closed()
