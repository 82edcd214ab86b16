#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""A timeout ends the whole tree, and signals go on to the program."""

import os
import select
import signal
import subprocess
import tempfile
import traceback

from run_support import forklift, run


def start(*words, **more):
    more = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "text": True, **more}
    return subprocess.Popen([forklift, "run", *words], **more)


def ended(pid):
    """Waits until a process that may be anybody's child has ended."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], 30)[0])
    finally:
        os.close(descriptor)


def timeouts():
    assert run("--timeout", "60", "sh", "-c", "exit 4").returncode == 4
    # As timeout(1): zero is no limit, and units in capitals are no units.
    assert run("--timeout", "0", "sh", "-c", "sleep 0.1; exit 4").returncode == 4
    assert run("--timeout", "0s", "true").returncode == 0
    assert run("--timeout", "1e-30", "sleep", "1000").returncode == 124
    for wrong in ("1S", "1M", "1H", "1D", "1Ms", "nan", "inf", "-1", "1e400"):
        refused = run("--timeout", wrong, "true")
        assert refused.returncode == 125 and "time such as" in refused.stderr, (wrong, refused)
    done = run("--timeout", "50ms", "sleep", "1000")
    assert done.returncode == 124 and "'sleep' takes too long: SIGTERM sent" in done.stderr, done
    assert run("--quiet", "--timeout", "50ms", "sleep", "1000").stderr == ""
    assert run("--preserve-status", "--timeout", "50ms", "sleep", "1000").returncode == 143
    assert run("--timeout", "50ms", "sh", "-c", "trap 'exit 9' TERM; sleep 1000 & wait").returncode == 124
    done = run("--timeout", "50ms", "--signal", "KILL", "--preserve-status", "sleep", "1000")
    assert done.returncode == 137, done
    # Stopped, it hears TERM all the same.
    assert run("--timeout", "50ms", "sh", "-c", "kill -STOP $$").returncode == 124
    # The launch itself counts, too.
    with tempfile.TemporaryDirectory() as folder:
        os.mkfifo(os.path.join(folder, "fifo"))
        assert run("--timeout", "50ms", "--stdin", folder + "/fifo", "cat").returncode == 124
        done = run("--launch-deadline", "50ms", "--stdin", folder + "/fifo", "cat")
        assert done.returncode == 125, done


def trees():
    deaf = "trap '' TERM; (trap '' TERM; sleep 1000 >&- 2>&-) & echo $! >&3; "
    stays, leaves = "while :; do sleep 1000; done", "exit 0"
    for end, options in ((stays, ()), (stays, ("--new-session",))):
        # As much time as the program needs here to have its child.
        for limit in (100 << doubled for doubled in range(8)):
            reader, writer = os.pipe()
            done = run("--timeout", f"{limit}ms", "--grace", "50ms", f"--fd=3={writer}", *options,
                       "sh", "-c", deaf + end, pass_fds=[writer])
            os.close(writer)
            told = os.read(reader, 100)
            os.close(reader)
            assert done.returncode == 124, done
            if told.endswith(b"\n"):
                break
        assert ended(int(told)), "a descendant that ignores TERM lives on"


def passed_on():
    for name in ("TERM", "INT", "HUP", "QUIT", "USR1", "USR2"):
        process = start("sh", "-c", f"trap 'echo got; exit 5' {name}; echo ready; "
                        "while :; do sleep 0.1; done")
        assert process.stdout.readline() == "ready\n"
        process.send_signal(getattr(signal, "SIG" + name))
        assert process.stdout.readline() == "got\n", name
        assert process.wait(30) == 5, name
        process.stdout.close()
    # A program that takes its time is waited for.
    process = start("sh", "-c", "trap 'read line; exit 6' TERM; echo ready; "
                    "while :; do sleep 0.1; done", stdin=subprocess.PIPE)
    process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    process.communicate("go on\n", timeout=30)
    assert process.returncode == 6
    # The whole tree, where the program leads one.
    process = start("--process-group", "sh", "-c", "sleep 1000 & echo $!; wait")
    descendant = int(process.stdout.readline())
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 143 and ended(descendant)
    process.stdout.close()


def before_it_runs():
    with tempfile.TemporaryDirectory() as folder:
        os.mkfifo(os.path.join(folder, "fifo"))
        process = start("--stdin", folder + "/fifo", "cat")
        child = wait_for_child(process.pid)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert ended(child)
        process.stdout.close()


def wait_for_child(parent):
    path = f"/proc/{parent}/task/{parent}/children"
    while True:
        children = open(path).read().split()
        if children:
            return int(children[0])


def ignored():
    """What our caller ignores is not passed on."""
    command = [forklift, "run", "sh", "-c", "echo ready; read line; exit 7"]
    process = subprocess.Popen(["sh", "-c", "trap '' HUP; exec \"$@\"", "-", *command], text=True,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdout.readline()
    process.send_signal(signal.SIGHUP)
    process.communicate("end\n", timeout=30)
    assert process.returncode == 7


def death():
    process = start("--die-with-parent", "sh", "-c", "echo $$; exec sleep 1000")
    child = int(process.stdout.readline())
    process.kill()
    process.wait()
    assert ended(child), "it outlives its parent"
    process.stdout.close()


def stopping():
    """In a session of its own, with a group of its own: the kernel discards
    SIGTSTP in a group that nobody of its session could wake up again."""
    pid = os.fork()
    if pid == 0:
        os.setsid()
        try:
            stop_and_go_on()
        except BaseException:  # whatever it is, this half must not go on
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def stop_and_go_on():
    process = start("sh", "-c", "echo $$; exec sleep 1000", process_group=0)
    child = int(process.stdout.readline())
    process.send_signal(signal.SIGTSTP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED)
    await_state(child, "T")
    process.send_signal(signal.SIGCONT)
    await_state(child, "S")
    process.kill()
    process.wait()
    os.kill(child, signal.SIGKILL)
    process.stdout.close()


def await_state(pid, state):
    while open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[0] != state:
        pass


for check in (timeouts, trees, passed_on, before_it_runs, ignored, death, stopping):
    check()
print("timeouts reach the tree, and signals the program")
