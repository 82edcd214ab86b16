#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""`forklift watch` tells of real runtimes what they do and what they say of themselves.

watch_runtimes.py FORKLIFT STALL_TARGET RUNTIME
"""

import os
import shutil
import subprocess
import sys
import tempfile

import watch_support as support
from watch_support import check_shorter, check_times, only_kind, targets, watched

CALLS = 8
sizes = ["--mib", "300", "--calls", str(CALLS)]


def needs_program(program):
    path = shutil.which(program)
    if not path:
        support.skip(f"no {program} here")
    return path


def check_stalls(report):
    """At nearly every call somebody was held up. What for is the runtime's business: its
    threads want the interpreter or a lock that the caller has as often as memory."""
    kind = only_kind(report)
    assert kind["calls"] == CALLS and kind["copying"] is True, kind
    counts = [support.told_held(report, call) for call in report["each_call"]]
    if sum(count > 0 for count in counts) < 0.75 * CALLS:
        raise support.TimesDiffer(f"threads held up by each call: {counts}")
    return kind


def check_no_stalls(report, function):
    kind = only_kind(report)
    assert kind["calls"] == CALLS and kind["copying"] is False, kind
    assert kind["kind"].startswith(function), kind
    assert report["victims"]["all"]["events"] == 0, report["victims"]
    return kind


def python():
    def watch(mode):
        truth, report = watched(sys.executable, str(targets / "py_target.py"), mode, *sizes)
        assert report["target"]["runtime"] == "cpython", report["target"]
        return truth, report

    truth, report = watch("subprocess")
    check_shorter(truth, check_no_stalls(report, "vfork"))
    # Python's threads take turns: who waits for the interpreter touches nothing.
    truth, report = watch("preexec_fn")
    check_shorter(truth, check_stalls(report))
    truth, report = watch("multiprocessing")
    check_shorter(truth, check_stalls(report))
    truth, report = watch("os_fork")
    check_shorter(truth, check_stalls(report))
    assert any("fork" in function for function in support.functions(report))


def build_go(folder):
    go = shutil.which("go") or "/usr/lib/go-1.19/bin/go"
    if not os.access(go, os.X_OK):
        support.skip("no Go here")
    program = os.path.join(folder, "go_target")
    environment = {**os.environ, "GO111MODULE": "off", "GOCACHE": os.path.join(folder, "cache")}
    subprocess.run([go, "build", "-o", program, str(targets / "go_target.go")], check=True,
                   env=environment, timeout=300)
    return program


def go():
    with tempfile.TemporaryDirectory() as folder:
        program = build_go(folder)
        sized = ["-mib", "300", "-calls", str(CALLS)]
        truth, report = watched(program, "-mode", "clone", *sized)
        assert report["target"]["runtime"] == "go", report["target"]
        assert report["target"]["runtime_version"] == truth["version"], report["target"]
        check_stalls(report)
        check_times(truth, report)
        assert "main.cloneUnderForkLock" in support.functions(report), report["places"]
        truth, report = watched(program, "-mode", "exec", *sized)
        kind = only_kind(report)
        assert kind["calls"] == CALLS and kind["copying"] is False, kind
        assert report["victims"]["all"]["events"] == 0, report["victims"]
        check_shorter(truth, kind)
        assert "os/exec.(*Cmd).Start" in support.functions(report), report["places"]


def jvm():
    java = needs_program("java")

    def watch(mechanism):
        truth, report = watched(java, "-Xms1g", f"-Djdk.lang.Process.launchMechanism={mechanism}",
                                str(targets / "JavaTarget.java"), "300", "4", str(CALLS), "100")
        assert report["target"]["runtime"] == "jvm", report["target"]
        return truth, report

    truth, report = watch("FORK")
    check_shorter(truth, check_stalls(report))
    truth, report = watch("VFORK")
    check_shorter(truth, check_no_stalls(report, "vfork"))
    truth, report = watch("POSIX_SPAWN")
    check_shorter(truth, check_no_stalls(report, "clone"))
    assert "Java_java_lang_ProcessImpl_forkAndExec" in support.functions(report), report["places"]


def redis():
    needs_program("redis-server")
    truth, report = watched(sys.executable, str(targets / "redis_target.py"), *sizes)
    assert report["target"]["runtime"] == "redis", report["target"]
    kind = only_kind(report)
    assert kind["calls"] == CALLS and kind["copying"] is True, kind
    check_times(truth, report)


support.needs("tracing")
support.attempt({"python": python, "go": go, "jvm": jvm, "redis": redis}[sys.argv[3]])
print(f"{sys.argv[3]}: seen as it is")
