# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""doctor_filtered.py FORKLIFT DENY: `forklift doctor` lives where a filter kills for what it tries,
and names the remedy where programs in memory are forbidden."""

import os
import re
import subprocess
import sys

forklift, deny = sys.argv[1:3]
release = tuple(int(part) for part in re.match(r"(\d+)\.(\d+)", os.uname().release).groups())


def run(*arguments):
    return subprocess.run(arguments, capture_output=True, text=True, timeout=60)


def doctor_under(*calls):
    done = run(deny, "KILL", ",".join(calls), "--", forklift, "doctor")
    assert done.returncode == 0, (calls, done)
    assert "engine" in done.stdout, (calls, done)
    return done.stdout


if release >= (5, 16):
    text = doctor_under("memfd_create")
    assert re.search(r"^ *no +program in memory", text, re.M), text
    assert "allow memfd_create in the seccomp profile" in text, text
    doctor_under("clone3")
    doctor_under("get_robust_list", "pidfd_send_signal")
    assert "a filter kills" in doctor_under("bpf", "perf_event_open"), "its watchers"

# A pid namespace has the setting for itself, and its children have it from there.
setting = "/proc/sys/vm/memfd_noexec"
if os.path.exists(setting) and os.geteuid() == 0:
    script = f'mount -t proc proc /proc && echo 2 > {setting} && exec "$0" doctor'
    done = run("unshare", "--mount", "--pid", "--fork", "sh", "-c", script, forklift)
    if done.returncode == 0:
        assert "sysctl vm.memfd_noexec=1" in done.stdout, done.stdout
