#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""A survey lists processes by what a fork would cost them, whoever asks."""

from check_support import Target, as_json, is_narrow, nobody_may_run_it, prints


def place_of(pid, survey):
    return [process["pid"] for process in survey["processes"]].index(pid)


def expect_order(survey):
    costs = [process["stall_ms"] for process in survey["processes"]]
    assert costs == sorted(costs, reverse=True), costs
    assert place_of(large.pid, survey) < place_of(small.pid, survey), survey


with Target(400) as large, Target(100) as small:
    survey = as_json("survey", "--top", 100_000)
    assert survey["schema"] == "forklift-survey" and survey["version"] == 1, survey
    assert survey["processes_in_all"] == len(survey["processes"]), survey
    expect_order(survey)
    found = survey["processes"][place_of(large.pid, survey)]
    assert found["runtime"] == "cpython" and found["threads"] == 1, found
    assert found["resident"] >= 400 << 20 and not found["at_most"], found
    assert 2 not in [process["pid"] for process in survey["processes"]], "a kernel thread"

    assert len(as_json("survey", "--top", 3)["processes"]) == 3
    text = prints("survey")
    assert is_narrow(text), text
    assert f"{large.pid} " in text and "one fork" in text, text

    if nobody_may_run_it():
        survey = as_json("survey", "--top", 100_000, user=65534, group=65534, extra_groups=[])
        expect_order(survey)
        found = survey["processes"][place_of(large.pid, survey)]
        assert found["at_most"] and not found["executable_known"], found
        assert "at most" in prints("survey", user=65534, group=65534, extra_groups=[])
    else:
        print("not root, or out of reach for others: not checked as another user")
print("a survey lists processes by what a fork would cost them")
