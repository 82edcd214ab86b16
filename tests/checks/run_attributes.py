#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""What each option of `forklift run` gives is what the child has."""

import fcntl
import os
import re
import struct
import tempfile

from run_support import cgroup_root, forklift, is_root, prints, run, skips, status_of


def shell(text, *options, **more):
    return prints(*options, "--", "sh", "-c", text, **more).strip()


def program(folder):
    assert shell("pwd", "--cwd", folder) == os.path.realpath(folder)
    assert shell("pwd", "--chdir=/") == "/"
    assert shell("echo $A-$B", "--env", "A=x y", "--env=B=c=d") == "x y-c=d"
    assert shell("echo ${HOME-none}", "--unset", "HOME") == "none"
    assert prints("--clear-env", "--env", "K=V", "/usr/bin/env") == "K=V\n"
    assert prints("--argv0", "other", "cat", "/proc/self/cmdline").startswith("other\0")
    assert shell("umask", "--umask", "027").endswith("027")
    # Words behind the program are its own, whatever they look like.
    assert prints("printf", "%s ", "--cwd", "--", "--help") == "--cwd -- --help "
    assert prints("--", "printf", "%s ", "--explain") == "--explain "


def streams(folder):
    path = os.path.join(folder, "file")
    prints("--stdout", path, "echo", "long line")
    prints("--stdout", path, "echo", "one")
    prints("--stdout-append", path, "echo", "two")
    assert open(path).read() == "one\ntwo\n"
    assert prints("--stdin", path, "cat") == "one\ntwo\n"
    prints("--stderr", path, "sh", "-c", "echo three >&2")
    prints("--stderr-append", path, "sh", "-c", "echo four >&2")
    assert open(path).read() == "three\nfour\n"
    assert shell("echo out; echo err >&2", "--stderr-to-stdout") == "out\nerr"
    assert prints("cat", input="given", stdin=None) == "given"
    with open(path) as file:
        number = fcntl.fcntl(file, fcntl.F_DUPFD, 57)  # which nothing else has
        listed = "ls /proc/self/fd"
        assert str(number) not in shell(listed, pass_fds=[number]).split()
        assert str(number) in shell(listed, "--fd", str(number), pass_fds=[number]).split()
        text = shell("cat <&9", f"--fd=9={number}", pass_fds=[number])
        os.close(number)
        assert text == "three\nfour"


def signals():
    assert int(status_of("SigBlk", "--block-signals", "USR1,SIGHUP"), 16) == 1 << 9 | 1
    assert int(status_of("SigIgn", "--ignore-signals", "10"), 16) == 1 << 9
    setup = "trap '' HUP; exec " + forklift
    for options, ignored in (("", 0), ("--keep-signals", 1)):
        done = os.popen(f"{setup} run {options} grep SigIgn /proc/self/status").read()
        # What Python itself ignores comes along, too.
        assert int(done.split()[1], 16) & 1 == ignored, (options, done)


def sessions():
    # The fields behind the name in brackets: state, parent, group, session.
    def fields(*options):
        text = prints(*options, "cat", "/proc/self/stat")
        pid = int(text.split()[0])
        return pid, *map(int, text.rpartition(")")[2].split()[2:4])
    pid, group, session = fields()
    assert (group, session) == (os.getpgrp(), os.getsid(0))
    pid, group, session = fields("--process-group")
    assert (group, session) == (pid, os.getsid(0))
    pid, group, session = fields(f"--process-group={os.getpgrp()}")
    assert group == os.getpgrp()
    pid, group, session = fields("--new-session")
    assert (group, session) == (pid, pid)
    pid, group, session = fields("--timeout", "60")
    assert group == pid


def bounds():
    limits = prints("--limit", "nofile=64:100", "--limit", "core=0", "--limit", "fsize=1M:",
                    "--limit", "stack=1M:", "cat", "/proc/self/limits")
    assert re.search(r"Max open files +64 +100 ", limits), limits
    assert re.search(r"Max core file size +0 +0 ", limits), limits
    assert re.search(r"Max file size +1048576 +unlimited ", limits), limits
    assert shell("nice", "--nice", "7") == "7"
    assert status_of("Cpus_allowed_list", "--cpus", "0") == "0"
    assert shell("cat /proc/self/oom_score_adj", "--oom-score", "500") == "500"
    assert shell("cat /proc/self/timerslack_ns", "--timer-slack", "123us") == "123000"
    assert shell("chrt -p $$", "--sched", "batch").splitlines()[0].endswith("SCHED_BATCH")
    assert shell("ionice -p $$", "--io-priority", "best-effort:6") == "best-effort: prio 6"
    assert shell("ionice -p $$", "--io-priority", "idle") == "idle"
    if "THP_enabled" in open("/proc/self/status").read():
        assert status_of("THP_enabled", "--no-huge-pages") == "0"
    done = run("--numa", "bind:0", "cat", "/proc/self/numa_maps")
    if "Function not implemented" in done.stderr:
        skips("--numa", "this kernel has no set_mempolicy")
    else:
        assert done.returncode == 0, done.stderr
        # /proc may lack the file where the kernel has the call.
    if not is_root:
        return skips("--sched fifo", "only root may")
    done = run("--sched", "fifo:10", "--reset-on-fork", "sh", "-c", "chrt -p $$")
    if done.returncode == 125 and "Operation not permitted" in done.stderr:
        return skips("--sched fifo", "this machine forbids it")
    assert "SCHED_FIFO|SCHED_RESET_ON_FORK" in done.stdout and "priority: 10" in done.stdout, done


def identity():
    if not is_root:
        return skips("identity", "only root may")
    assert shell("id -u; id -g; id -G", "--user", "65534:12", "--groups", "12,13") == "65534\n12\n12 13"
    assert shell("id -un", "--user", "nobody") == "nobody"
    assert shell("id -u; id -g; id -G", "--group", "12", "--groups", "") == "0\n12\n12"
    assert status_of("Groups", "--keep-groups", "--user", "65534:65534") == \
        " ".join(map(str, sorted(os.getgroups())))
    for name in ("CapPrm", "CapEff", "CapInh", "CapAmb", "CapBnd"):
        assert int(status_of(name, "--user", "nobody", "--caps", "net_raw,kill"), 16) == 1 << 13 | 1 << 5
        assert int(status_of(name, "--user", "nobody", "--caps", ""), 16) == 0
    assert int(status_of("CapBnd", "--bounding", "chown"), 16) == 1
    assert int(status_of("CapAmb", "--ambient", "chown"), 16) == 1
    assert int(status_of("CapInh", "--inheritable", "chown"), 16) == 1
    text = prints("--securebits", "noroot", "--caps", "setpcap,chown", "cat", "/proc/self/status")
    assert "CapEff:\t0000000000000101" in text, text


def namespaces(folder):
    kinds = {"net": "net", "uts": "uts", "ipc": "ipc", "mount": "mnt", "cgroup": "cgroup"}
    done = run("--unshare", "user", "--map-root", "id", "-u")
    if done.returncode == 125:
        return skips("namespaces", done.stderr.strip())
    assert done.stdout == "0\n", done
    links = "readlink " + " ".join(f"/proc/self/ns/{file}" for file in kinds.values())
    for kind, file in kinds.items():
        seen = shell(links, "--unshare", f"user,{kind}").split()
        for link in seen:
            changed = link != os.readlink("/proc/self/ns/" + link.split(":")[0])
            assert changed == link.startswith(file + ":"), (kind, link)
    inside = shell("cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups", "--unshare",
                   "user", "--map-users", f"7:{os.getuid()}:1", "--map-groups", f"8:{os.getgid()}:1")
    assert inside.split() == ["7", str(os.getuid()), "1", "8", str(os.getgid()), "1", "deny"], inside
    assert shell("hostname 2>/dev/null || cat /proc/sys/kernel/hostname", "--unshare", "user,uts",
                 "--hostname", "forklift-test") == "forklift-test"
    assert shell("echo $$", "--unshare", "user,pid") == "1"
    pids = shell("ls /proc | grep -c '^[0-9]*$'", "--unshare", "user,pid,mount", "--mount-proc")
    assert int(pids) < 5, pids
    if os.path.exists("/proc/self/timens_offsets"):
        # The clock that counts sleep, as /proc/uptime shows it.
        before = float(open("/proc/uptime").read().split()[0])
        after = float(shell("cat /proc/uptime", "--unshare", "user,time", "--boottime", "1h").split()[0])
        assert after - before > 3599.9, (before, after)  # rounded to a hundredth, both
    if not is_root:
        return skips("--join, --root", "only root may")
    assert shell("readlink /proc/self/ns/net", "--join", f"net={os.getpid()}") == \
        os.readlink("/proc/self/ns/net")
    os.mkdir(os.path.join(folder, "inside"))
    helper = os.path.join(os.path.dirname(forklift), "forklift-nothing")
    os.link(helper, os.path.join(folder, "nothing"))
    assert run("--root", folder, "--cwd", "/inside", "/nothing").returncode == 0
    assert run("--unshare", "mount", "--pivot-root", folder, "/nothing").returncode == 0
    assert run("--root", folder, "/bin/true").returncode == 127


def filter_refusing(call):
    """BPF that answers EPERM to one system call."""
    load, equal, give = 0x20, 0x15, 0x06
    return b"".join(struct.pack("HBBI", *instruction) for instruction in (
        (load, 0, 0, 0), (equal, 0, 1, call), (give, 0, 0, 0x50001), (give, 0, 0, 0x7fff0000)))


def sandbox(folder):
    assert status_of("NoNewPrivs", "--no-new-privs") == "1"
    numbers = {"x86_64": 83, "aarch64": 34}  # mkdir, mkdirat
    path = os.path.join(folder, "filter")
    with open(path, "wb") as file:
        file.write(filter_refusing(numbers.get(os.uname().machine, 83)))
    done = run("--seccomp", path, "mkdir", os.path.join(folder, "made"))
    assert done.returncode == 1 and "not permitted" in done.stderr, done
    assert status_of("Seccomp", "--seccomp", path) == "2"
    done = run("--landlock-ro", "/", "--landlock-rw", "/dev", "touch", os.path.join(folder, "new"))
    if done.returncode == 125:
        skips("--landlock", done.stderr.strip())
    else:
        assert done.returncode == 1 and "ermission denied" in done.stderr, done
        prints("--landlock-ro", "/", "--landlock-rw", folder, "touch", os.path.join(folder, "new"))


def cgroups():
    root = cgroup_root()
    if not root or not os.access(root, os.W_OK) or not is_root:
        return skips("cgroups", "there is none of version 2 that we may write")
    made = os.path.join(root, f"forklift-check-{os.getpid()}")
    os.mkdir(made)
    try:
        name = os.path.basename(made)
        assert shell("cat /proc/self/cgroup", "--cgroup", made).endswith(f"/{name}")
        inside = shell("cat /proc/self/cgroup", "--new-cgroup", made, "--cgroup-set", "cgroup.max.depth=1")
        assert re.search(f"/{name}/forklift-[^/]+$", inside), inside
        # Whoever is left in it is killed, whatever group it is in.
        left = int(shell("setsid sleep 1000 >/dev/null & echo $!", "--new-cgroup", made))
        assert not os.path.exists(f"/proc/{left}") or state_of(left) in "XZ", left
        assert [entry.name for entry in os.scandir(made) if entry.is_dir()] == []
    finally:
        os.rmdir(made)


def state_of(pid):
    try:
        return open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "X"


for check in (program, streams, signals, sessions, bounds, identity, namespaces, sandbox, cgroups):
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        check(*([folder] if check.__code__.co_argcount else []))
print("every option is what the child has")
