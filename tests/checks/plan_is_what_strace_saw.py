#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""Runs `launch_one CASE` under strace and compares the plan that it prints with
the system calls that its child made: the same calls, in the same order, with
the same arguments wherever the plan knows them beforehand."""

import os
import re
import signal
import subprocess
import sys
import tempfile

SYMBOLS = {
    "AT_FDCWD": -100, "CLOSE_RANGE_UNSHARE": 2, "CLOSE_RANGE_CLOEXEC": 4, "F_DUPFD_CLOEXEC": 1030, "SIG_SETMASK": 2,
    "MSG_DONTWAIT": 0x40, "MSG_CMSG_CLOEXEC": 0x40000000, "NULL": 0,
    "O_RDONLY": 0, "O_WRONLY": 1, "O_RDWR": 2, "O_CREAT": 0o100, "O_EXCL": 0o200,
    "O_TRUNC": 0o1000, "O_APPEND": 0o2000, "O_CLOEXEC": 0o2000000,
    "O_PATH": 0o10000000, "MPOL_BIND": 2, "IOPRIO_WHO_PROCESS": 1, "PR_CAP_AMBIENT_RAISE": 2,
    "PR_CAP_AMBIENT_CLEAR_ALL": 4, "SECBIT_KEEP_CAPS": 16, "SECBIT_NO_SETUID_FIXUP_LOCKED": 8,
    "SECBIT_KEEP_CAPS_LOCKED": 32,
    **{known.name: known.value for known in signal.Signals},
    **{f"CAP_{name}": number for number, name in enumerate(
        "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE "
        "NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO "
        "SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME "
        "SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG "
        "WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE".split())},
}
NEEDS_ROOT = {"identity", "namespaces"}
HAS_SECOND_STAGE = {"bounds", "identity", "namespaces"}


def split(arguments):
    """Splits at the commas that are in no bracket and no string."""
    parts, depth, quoted, escaped, part = [], 0, False, False, ""
    for c in arguments:
        if c == '"' and not escaped:
            quoted = not quoted
        escaped = c == "\\" and not escaped
        if not quoted:
            depth += c in "[{(<"
            depth -= c in "]})>"
            if c == "," and depth == 0:
                parts.append(part.strip())
                part = ""
                continue
        part += c
    return parts + ([part.strip()] if part.strip() else [])


def value(text):
    """A number where the text is one, symbols and octal included."""
    if re.fullmatch(r"-?\d+", text) and not re.fullmatch(r"0[0-7]+", text):
        return int(text)
    if re.fullmatch(r"0[0-7]+", text):
        return int(text, 8)
    priority = re.fullmatch(r"IOPRIO_PRIO_VALUE\(IOPRIO_CLASS_BE, (\d)\)", text)
    if priority:
        return 2 << 13 | int(priority[1])
    words = text.split("|")
    if all(word in SYMBOLS for word in words):
        return sum(SYMBOLS[word] for word in words)
    return frozenset(words)


def read_plan(lines):
    calls = []
    for line in lines:
        found = re.match(r"\s*\d+  (\w+)\((.*)\) +#", line)
        if found:
            calls.append((found[1], split(found[2])))
    return calls


def read_trace(path, program):
    """The calls of the child that came to execute the program."""
    by_pid, unfinished = {}, {}
    for line in open(path, errors="replace"):
        found = re.match(r"(\d+) +(.*)", line)
        if not found:
            continue
        pid, rest = found[1], found[2]
        if rest.endswith("<unfinished ...>"):
            unfinished[pid] = rest[: -len("<unfinished ...>")].rstrip()
            continue
        resumed = re.match(r"<\.\.\. \w+ resumed>(.*)", rest)
        if resumed and pid in unfinished:
            rest = unfinished.pop(pid) + resumed[1]
        call = re.match(r"(\w+)\((.*)\)\s+= (\S+)", rest)
        if call:
            by_pid.setdefault(pid, []).append((call[1], split(call[2]), call[3]))
    parent = min(by_pid, key=int)
    for pid, calls in by_pid.items():
        if pid == parent:
            continue
        for i, (name, arguments, result) in enumerate(calls):
            if name == "execve" and arguments[0].strip('"') == program and result == "0":
                return [(n, a) for n, a, _ in calls[: i + 1]]
    sys.exit(f"no child executed {program}")


def differs(planned, seen):
    if planned[0] != seen[0]:
        return True
    for mine, theirs in zip(planned[1], seen[1]):
        if mine.startswith("<"):  # known to the launch only
            continue
        if planned[0] == "rt_sigaction" and mine.startswith("{"):
            if mine[1:-1] not in theirs:
                return True
            continue
        if value(mine) != value(theirs):
            return True
    return False


def without_gate(calls):
    """The child may find the gate open, or wait more than once."""
    return [call for call in calls if call[0] != "futex"]


def main(helper, case):
    if case in NEEDS_ROOT and os.geteuid() != 0:
        print(f"skipped: {case} needs root")
        sys.exit(77)
    with tempfile.NamedTemporaryFile() as trace:
        run = subprocess.run(["strace", "-f", "-s", "4096", "-o", trace.name, helper, case],
                             capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if run.returncode != 0:
            sys.exit(f"{case}: exit status {run.returncode}\n{run.stderr}")
        planned = read_plan(run.stdout.splitlines())
        seen = read_trace(trace.name, "/bin/true")
    print(run.stdout)
    staged = case in HAS_SECOND_STAGE and os.environ.get("FORKLIFT_ENGINE") != "fork"
    if ("execveat" in [name for name, _ in seen]) != staged:
        sys.exit(f"{case}: {'no' if staged else 'a'} second stage was seen: {seen}")
    planned, seen = without_gate(planned), without_gate(seen)
    planned = planned[: len(seen)] if case == "search" else planned
    if not planned or len(planned) != len(seen):
        sys.exit(f"{case}: {len(planned)} calls planned, {len(seen)} seen: {seen}")
    for mine, theirs in zip(planned, seen):
        if differs(mine, theirs):
            sys.exit(f"{case}: planned {mine}\n{' ' * len(case)}  seen    {theirs}")
    print(f"{case}: {len(seen)} calls, as planned")


main(*sys.argv[1:])
