#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""Words that cannot be written change the exit status at most, as documented."""

import fcntl
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

forklift, recordings = sys.argv[1:]
recording = recordings + "/fork_four_threads.jsonl"

# How a stream is broken, and what is said of a result that is lost by it. A reader
# that has gone has its reasons: no words about it.
BROKEN = {"full": "No space left on device", "closed": "Bad file descriptor", "unread": ""}

RESULTS = {  # what each is asked for, and how it fails if the answer is lost
    ("--help",): 1, ("--version",): 1, ("doctor",): 1, ("survey",): 1,
    ("check", "PID"): 1, ("check", "PID", "--json"): 1, ("report", recording): 1,
    ("report", recording, "--json"): 1, ("watch", "--help"): 1, ("lab", "--help"): 1,
    ("lab", "hang", "--help"): 1, ("lab", "loop", "--help"): 1, ("lab", "page", "--help"): 1,
    ("goroutines", "--help"): 1, ("run", "--help"): 125, ("run", "--explain", "true"): 125,
}
FAILURES = {  # what they say is on standard error
    ("no_such_command",): 2, ("check", "0"): 2, ("check", "--no-such-option"): 2,
    ("report", "/no/such/file"): 2, ("goroutines", "PID"): 2, ("watch", "0"): 2,
    ("lab", "--contender", "nobody"): 2, ("lab", "page", "/no/such", "--html", "/no/such"): 1,
    ("run",): 125, ("run", "--no-such-option", "true"): 125, ("run", "no_such"): 127,
    ("run", "/"): 126, ("run", "--cwd", "/no/such", "true"): 125,
}


def unread_pipe():
    reader, writer = os.pipe()
    os.close(reader)
    return writer


def break_stream(number, how):
    if how == "closed":
        os.close(number)
    else:
        os.dup2(os.open("/dev/full", os.O_WRONLY) if how == "full" else unread_pipe(), number)


def ends(arguments, broken, status, before=lambda: None):
    """Runs the command with its streams broken, as {1: "full"}, to a known end."""
    words = [str(os.getpid()) if word == "PID" else word for word in arguments]

    def prepare():
        before()
        for number, how in broken.items():
            break_stream(number, how)

    done = subprocess.run([forklift, *words], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=60, preexec_fn=prepare)
    assert done.returncode == status, (arguments, broken, done)
    return done


def results():
    for arguments, status in RESULTS.items():
        assert ends(arguments, {}, 0).stdout != ""
        for how, reason in BROKEN.items():
            done = ends(arguments, {1: how}, status)
            assert done.stderr.count("\n") == (1 if reason else 0), (arguments, how, done)
            assert reason in done.stderr, (arguments, how, done)
            ends(arguments, {2: how}, 0)
            ends(arguments, {1: how, 2: how}, status)


def failures():
    for arguments, status in FAILURES.items():
        done = ends(arguments, {}, status)
        assert done.stderr.count("\n") == 1 and done.stderr.startswith("forklift: "), done
        for how in BROKEN:
            ends(arguments, {1: how}, status)
            ends(arguments, {2: how}, status)
    ends(("run", "no_such"), {0: "closed", 1: "closed", 2: "closed"}, 127)


def programs():
    """What a program does and how it ends is its own, whatever we cannot say."""
    # Its grace is whole: it ends by itself, and its words arrive.
    tidy = ("--ignore-signals", "TERM", "sh", "-c", "sleep 0.5; echo tidied up; exit 5")
    for how in BROKEN:
        ends(("run", "true"), {1: how}, 0)
        ends(("run", "sh", "-c", "exit 3"), {2: how}, 3)
        ends(("run", "--stats", "json", "sh", "-c", "exit 3"), {2: how}, 3)
        ends(("run", "--timeout", "50ms", "sleep", "1000"), {2: how}, 124)
        done = ends(("run", "--timeout", "50ms", "--preserve-status", *tidy), {2: how}, 5)
        assert done.stdout == "tidied up\n", done


def a_full_pipe():
    """Nobody reads what is in a pipe: the time limit holds all the same."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETFL, os.O_NONBLOCK)
    try:
        while True:
            os.write(writer, b"x" * 4096)
    except BlockingIOError:
        pass
    fcntl.fcntl(writer, fcntl.F_SETFL, 0)
    deaf = "trap '' TERM; while :; do sleep 0.05; done"
    done = subprocess.run([forklift, "run", "--timeout", "50ms", "--grace", "50ms", "sh", "-c",
                           deaf], stderr=writer, timeout=60)
    assert done.returncode == 124, done
    os.close(reader)
    os.close(writer)


def closed_numbers():
    """A file that is opened later does not get the words for a closed stream."""
    with tempfile.TemporaryDirectory() as folder:
        stats = pathlib.Path(folder, "stats")
        ends(("run", "--stats", "json", "--stats-file", str(stats), "no_such"),
             {0: "closed", 1: "closed", 2: "closed"}, 127)
        assert json.loads(stats.read_text())["failure"]["errno"] == 2
    # The program has /dev/null in their place, as the library gives it.
    for number in (0, 1, 2):
        ends(("run", "sh", "-c", f"test /proc/$$/fd/{number} -ef /dev/null"), {number: "closed"}, 0)


def limit_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))


def files():
    """Files are whole though standard output is lost, and absent if they are lost."""
    with tempfile.TemporaryDirectory() as folder:
        trace, figures, stats = (pathlib.Path(folder, name) for name in "tfs")
        report = ("report", recording, "--trace", str(trace))
        for how in BROKEN:
            ends(report, {1: how}, 1)
            json.loads(trace.read_text())
            trace.unlink()
        ends(("lab", "--quick", "--launches", "5", "--rss", "0", "--descriptors", "10",
              "--contender", "forklift", "--json", str(figures)), {1: "unread"}, 1)
        json.loads(figures.read_text())
        # Past a limit of the size, which sends SIGXFSZ.
        trace.write_text("before\n")
        done = ends(report, {}, 1, limit_files)
        assert "File too large" in done.stderr, done
        assert trace.read_text() == "before\n" and len(os.listdir(folder)) == 2
        run = ("run", "--stats", "json", "--stats-file")
        done = ends((*run, str(stats), "sh", "-c", "exit 4"), {}, 4, limit_files)
        assert "File too large" in done.stderr and stats.read_text() == "", done
        assert "No space left" in ends((*run, "/dev/full", "true"), {}, 0).stderr


for claim in (results, failures, programs, a_full_pipe, closed_numbers, files):
    claim()
print("words that nobody reads change nothing but the exit status")
