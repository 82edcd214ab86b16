# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""What the checks of `forklift watch` have in common: targets that time themselves,
and watchers whose reports are held against that."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading

forklift, stall_target = sys.argv[1], sys.argv[2]
targets = pathlib.Path(__file__).parent.parent / "watch" / "targets"
PATIENCE = 120


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def clean_environment():
    return {**os.environ, "LC_ALL": "C"}


class Target:
    """A process that says "ready" and its pid, and works when it is told to."""

    def __init__(self, *words):
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, env=clean_environment())
        line = self.process.stdout.readline().split()
        assert line and line[0] == "ready", (words, line, self.process.poll())
        self.pid = int(line[1])

    def go(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def truth(self):
        """What it says of itself when it has done its work; it may live on."""
        line = self.process.stdout.readline()
        assert line, self.process.poll()
        return json.loads(line)

    def end(self):
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait(PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


class Watch:
    """A watcher that is in place when this is made. Its progress, which it shows on a
    terminal only, tells so."""

    def __init__(self, pid, *options, seconds=PATIENCE, within=()):
        self.folder = tempfile.TemporaryDirectory()
        self.recording = pathlib.Path(self.folder.name) / "recording"
        words = [*within, forklift, "watch", str(pid), "--for", f"{seconds}s", "--json",
                 "--record", str(self.recording), *options]
        self.terminal, slave = os.openpty()
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=slave, text=True, env=clean_environment())
        os.close(slave)
        self.shown = ""
        self.in_place = threading.Event()
        self.reader = threading.Thread(target=self.read_terminal, daemon=True)
        self.reader.start()
        assert self.in_place.wait(PATIENCE), ("the watcher is not in place", self.shown)
        assert "watching" in self.shown, self.shown

    def read_terminal(self):
        try:
            while piece := os.read(self.terminal, 4096):
                self.shown += piece.decode(errors="replace")
                if "watching" in self.shown:
                    self.in_place.set()
        except OSError:
            pass  # nobody has the terminal's other end any more
        self.in_place.set()

    def report(self):
        text = self.process.stdout.read()
        assert self.process.wait(PATIENCE) == 0, self.shown
        report = json.loads(text)
        assert report["schema"] == "forklift-watch" and report["version"] == 1, report
        events = [json.loads(line) for line in self.recording.read_text().splitlines()]
        for kind in ("call", "wait"):
            report[f"each_{kind}"] = [one for one in events if one.get("event") == kind]
        return report

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.reader.join(PATIENCE)
        os.close(self.terminal)
        self.folder.cleanup()


# Root's own view of the files that name the kernel's tracepoints, where they are
# not mounted: gone with the watcher.
with_tracefs = ["unshare", "--mount", "sh", "-c",
                'test -e /sys/kernel/tracing/events ||'
                ' mount -t tracefs tracefs /sys/kernel/tracing && exec "$@"', "sh"]


class TimesDiffer(AssertionError):
    """What others on the machine may be to blame for, once."""


def attempt(claim, times=3):
    """Counts have to be right each time, times in one of three attempts."""
    for _ in range(times - 1):
        try:
            return claim()
        except TimesDiffer as error:
            print("another attempt:", error)
    return claim()


def needs(backend):
    """Skips where the machine does not let us stand on a backend."""
    told = subprocess.run([forklift, "doctor"], capture_output=True, text=True, check=True,
                          stdin=subprocess.DEVNULL, timeout=PATIENCE).stdout.splitlines()
    found = [number for number, line in enumerate(told) if line.split()[1:2] == [backend]]
    assert len(found) == 1, told
    if told[found[0]].split()[0] != "yes":
        skip(f"no backend {backend}: {told[found[0] + 1].strip()}")


def watched(*words, options=()):
    """What a target says of itself, and what a watcher of its whole work says."""
    with Target(*words) as target, Watch(target.pid, *options) as watch:
        target.go()
        truth = target.truth()
        target.end()
        return truth, watch.report()


def stall(mode, *options, **more):
    return watched(stall_target, mode, *map(str, options), **more)


def durations(truth):
    """In milliseconds."""
    return [call["duration_us"] / 1000 for call in truth["calls"]]


def is_near(told, true):
    """10 %, or a millisecond."""
    return abs(told - true) <= max(true / 10, 1.0)


def pairs(truth, report):
    """Each call as the target timed it and as it was seen: by its child, or in their
    order where the target does not know its child."""
    seen = sorted(report["each_call"], key=lambda call: call["begin_ns"])
    by_child = {call["child"]: call for call in seen}
    if all(call["child"] in by_child for call in truth["calls"]):
        seen = [by_child[call["child"]] for call in truth["calls"]]
    assert len(seen) == len(truth["calls"]), (len(seen), len(truth["calls"]))
    return list(zip(truth["calls"], seen))


def check_times(truth, report):
    """A call is never longer than by the target's own clock, and three of four callers
    ran again when they say so. Where one was stopped between its last step out of the
    call and its look at the clock, nobody outside can know which it was."""
    agreeing, told = 0, []
    for true, seen in pairs(truth, report):
        in_call, until_ran = seen["duration_ns"] / 1e6, seen["until_ran_ns"] / 1e6
        assert in_call <= until_ran, seen
        assert in_call <= true["duration_us"] / 1e3 * 1.01 + 0.05, (true, seen)
        agreeing += is_near(until_ran, true["duration_us"] / 1e3)
        told.append((in_call, until_ran, true["duration_us"] / 1e3))
    if agreeing * 4 < len(told) * 3:
        raise TimesDiffer(f"in the call, until it ran, by its own clock: {told}")
    total = sum(until_ran for _, until_ran, _ in told)
    assert abs(report["calls"]["until_ran"]["total_ms"] - total) < 0.01, report["calls"]


def overlap(begin, end, call):
    return min(end, call["begin_ns"] + call["duration_ns"]) - max(begin, call["begin_ns"])


def held(truth, call):
    """How many of the target's own threads could not finish a step for most of a call."""
    return sum(any(overlap(*pause, call) * 2 >= call["duration_ns"] for pause in of["all_ns"])
               for of in truth["stalls"])


def told_held(report, call, reasons=None):
    """How many threads were seen to wait for a good part of a call."""
    times = {}
    for wait in report["each_wait"]:
        if wait["thread"] == call["thread"] or (reasons and wait["reason"] not in reasons):
            continue
        time = overlap(wait["begin_ns"], wait["begin_ns"] + wait["duration_ns"], call)
        times[wait["thread"]] = times.get(wait["thread"], 0) + max(time, 0)
    return sum(time * 4 >= call["duration_ns"] for time in times.values())


def check_victims(truth, report, share=0.9):
    """Whom a call held up by the threads' own clocks was seen to wait: for the memory
    lock, or for a processor, which a busy machine takes away before they want the lock."""
    threads = truth["threads"]
    counts = [(held(truth, call), told_held(report, call),
               told_held(report, call, ("memory_lock",))) for call in report["each_call"]]
    true = sum(count for count, _, _ in counts)
    assert sum(min(count, told) for count, told, _ in counts) >= share * true, counts
    assert sum(min(count, locked) for count, _, locked in counts) >= 0.5 * share * true, counts
    victims = report["victims"]
    assert victims["all"]["threads"] <= threads, victims
    assert victims["all"]["events"] <= 1.1 * threads * len(counts), victims
    if true * 8 < len(counts):
        raise TimesDiffer(f"{true} threads were held by {len(counts)} calls: too few to tell")


def check_shorter(truth, group):
    """The target times more than the call: what was seen of it fits into that."""
    true = durations(truth)
    assert group["time"]["total_ms"] <= sum(true) * 1.02 + len(true) * 0.1, (group["time"], true)


def only_kind(report):
    """All calls were of one kind."""
    kinds = report["kinds"]
    assert len(kinds) == 1, [kind["kind"] for kind in kinds]
    return kinds[0]


def functions(report):
    """All that appears in the stacks of calls."""
    return {function for place in report["places"] for function in place["stack"]}


def is_exact(report, figure):
    return any(source["figure"] == figure and source["exact"] for source in report["sources"])


def lost(report):
    return sum(notice["count"] for notice in report["notices"] if notice["kind"] == "lost_events")
