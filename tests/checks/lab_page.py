#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""Makes pages of recorded documents and of what is none: one clear line, no
page. A build without the page says why, before any work."""

import copy
import json
import pathlib
import subprocess
import sys
import tempfile

forklift, source = sys.argv[1], pathlib.Path(sys.argv[2])
SWEEP = source / "bench" / "results" / "2026-11-23-epyc-2" / "lab.json"
HANG = source / "tests" / "page" / "hang.json"
NO_PAGE = "this forklift has no report page: "


def run(*arguments, status=0):
    done = subprocess.run([forklift, "lab", *map(str, arguments)], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)
    assert done.returncode == status, (arguments, done.returncode, done.stdout, done.stderr)
    return done


def refused(*arguments, words, status=1):
    done = run(*arguments, status=status)
    assert done.stdout == "", (arguments, done.stdout)
    assert words in done.stderr and done.stderr.count("\n") == 1, (arguments, words, done.stderr)


def documents_in(html):
    text = html.read_text()
    assert "{{" + "documents}}" not in text
    begin = text.index(">", text.index('id="documents"')) + 1
    return json.loads(text[begin:text.index("</script>", begin)])


def without(document, *path):
    changed = copy.deepcopy(document)
    at = changed
    for step in path[:-1]:
        at = at[step]
    del at[path[-1]]
    return changed


def changed(document, value, *path):
    other = copy.deepcopy(document)
    at = other
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return other


sweep, hang = json.loads(SWEEP.read_text()), json.loads(HANG.read_text())
broken = [  # a document, and what must be said of it
    ([], "the whole is not an object"),
    ({}, "machine is missing"),
    (changed(hang, "cat", "kind"), "kind is neither sweep nor hang"),
    (changed(hang, 7, "kind"), "kind is not text"),
    (without(hang, "kind"), "runs[0].descriptors is missing"),
    (without(sweep, "machine"), "machine is missing"),
    (without(sweep, "command"), "command is missing"),
    (without(sweep, "version"), "version is missing"),
    (without(sweep, "runs"), "runs is missing"),
    (changed(sweep, {}, "runs"), "runs is not a list"),
    (changed(sweep, [], "runs"), "runs is empty"),
    (changed(sweep, ["x"], "runs"), "runs[0] is not an object"),
    (without(sweep, "runs", 1, "contender"), "runs[1].contender is missing"),
    (without(sweep, "runs", 0, "launch_us", "p99"), "runs[0].launch_us.p99 is missing"),
    (changed(sweep, "9", "runs", 0, "launch_us", "p50"), "runs[0].launch_us.p50 is not a number"),
    (changed(sweep, -1, "runs", 0, "rss_mib"), "runs[0].rss_mib is not a number"),
    (changed(sweep, {"processes": 9}, "runs", 0, "first"),
     "runs[0].first.pages_written is missing"),
    (changed(hang, 3, "runs", 0, "waiting_per_dump"), "runs[0].waiting_per_dump is not a list"),
    (changed(hang, [{}], "runs", 0, "waits"), "runs[0].waits[0].at_s is missing"),
    (changed(hang, ["loud"], "warnings"), "warnings[0] is not an object"),
]

with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    page = folder / "page.html"
    probe = subprocess.run([forklift, "lab", "page", SWEEP, "--html", page],
                           capture_output=True, text=True)
    if probe.returncode != 0:
        for arguments in (("page", SWEEP), ("--rss", "0")):
            refused(*arguments, "--html", page, words=NO_PAGE)
        assert not page.exists()
        print("without a page, --html says why at once:", probe.stderr)
        sys.exit(0)

    assert documents_in(page) == [sweep]
    run("page", SWEEP, HANG, SWEEP, "--html", page)
    assert documents_in(page) == [sweep, hang, sweep]
    page.unlink()

    # What the documents say can neither end the script they lie in nor ask the net.
    nasty = changed(sweep, "</script><script>alert(1)</script><!-- \u2028 é", "command")
    file = folder / "nasty.json"
    file.write_text(json.dumps(nasty))
    run("page", file, "--html", page)
    assert documents_in(page) == [nasty]
    assert "alert(1)</script>" not in page.read_text()
    page.unlink()

    for document, words in broken:
        file.write_text(json.dumps(document))
        refused("page", SWEEP, file, "--html", page, words=words)
        refused("page", file, "--html", page, words=f"'{file}'")
        assert not page.exists(), words
    for text in ("", "{", "no JSON\nat all\n", '{"a": 1} {"b": 2}', "\0"):
        file.write_text(text)
        refused("page", file, "--html", page, words=f"'{file}' is not JSON")
    refused("page", folder / "missing.json", "--html", page, words="missing.json': No such file")
    refused("page", folder, "--html", page, words="Is a directory")
    refused("page", SWEEP, "--html", folder, words=f"cannot write '{folder}': Is a directory")
    refused("page", SWEEP, "--html", "/no/such/dir/page", words="'/no/such/dir/page'")
    refused("--html", "/no/such/dir/page", words="'/no/such/dir/page'")
    file.write_text(SWEEP.read_text())
    refused("page", file, "--html", file, words="would overwrite it")
    assert file.read_text() == SWEEP.read_text()
    refused("page", "--html", page, words="FROM", status=2)
    refused("page", SWEEP, words="--html", status=2)
    assert not page.exists()

    # The sweep's own page holds what its JSON holds.
    record = folder / "lab.json"
    run("--rss", "0,16M", "--contender", "vfork,forklift", "--launches", "10", "--json", record,
        "--html", page)
    assert documents_in(page) == [json.loads(record.read_text())]
print("pages hold their documents, and what is not a document is refused by name")
