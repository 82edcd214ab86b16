// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// `output` passed a terminal by: the program wrote to pipes.

#include <poll.h>
#include <signal.h>

#include <forklift/command.hpp>
#include <forklift/operation.hpp>
#include <forklift/pipeline.hpp>
#include <vector>

#include "../support.hpp"
#include "../terminals.hpp"

using forklift::Child, forklift::Command, forklift::Output, forklift::Sink, forklift::Stdio;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t much = 1 << 20;  // many times what a terminal holds

Command script(const std::string& text) { return Command("sh").arg("-c").arg(text).pty(); }
// By the shell alone: where pipes are refused, it has none.
Command prints_much() { return script("printf %" + std::to_string(much) + "s ''"); }

template <class Result>
Result performed(forklift::OperationPtr<Result> operation) {
  do {
    operation->release_closed();
    const auto entries = operation->poll_entries();
    ::poll(entries.data(), entries.size(), operation->deadline() ? 10 : -1);
  } while (!operation->perform());
  operation->release_closed();
  return operation->take();
}

}  // namespace

TEST_CASE("the output of a program on a terminal is what the terminal got, from both streams") {
  if (skipped_without_terminals()) return;
  const auto output = script("test -t 1 && test -t 2 && echo one && echo two >&2; exit 3").output();
  CHECK(output.out == "one\r\ntwo\r\n");
  CHECK(output.err.empty());
  CHECK(output.status.code() == 3);
  CHECK_FALSE(output.out_truncated);
  CHECK_FALSE(output.drain_passed);
}

TEST_CASE("a program that prints much on its terminal and ends at once loses nothing") {
  if (skipped_without_terminals()) return;
  CHECK(prints_much().output().out == std::string(much, ' '));
}

TEST_CASE("sinks and limits take a terminal's text as they take a pipe's") {
  if (skipped_without_terminals()) return;
  const Output limited = prints_much().output({.limit = 100});
  CHECK(limited.out == std::string(100, ' '));
  CHECK(limited.out_truncated);
  CHECK(limited.status.success());
  std::vector<std::string> lines;
  const auto keep = [&lines](const auto& line) { lines.emplace_back(line.text); };
  CHECK(script("echo one; echo two").output({.out = Sink::lines(keep)}).status.success());
  CHECK(lines.size() == 2);
  CHECK(prints_much().output({.out = Sink::discard()}).status.success());
}

TEST_CASE("the input of a program whose output is a terminal comes through a pipe and ends") {
  if (skipped_without_terminals()) return;
  CHECK(Command("cat").pty().output({.input = "word\n"}).out == "word\r\n");
  CHECK(Command("cat").pty().output().out.empty());  // and nobody is waited for
}

TEST_CASE("beside an output in a pipe a terminal is read as the other") {
  if (skipped_without_terminals()) return;
  const auto output = script("echo one; echo two >&2").out(Stdio::pipe()).output();
  CHECK(output.out == "one\n");
  CHECK(output.err == "two\r\n");
}

TEST_CASE("communicate reads the terminal of a child that runs already") {
  if (skipped_without_terminals()) return;
  Child child = Command("cat").pty().spawn();
  REQUIRE(::write(child.terminal().get(), "word\n\4", 6) == 6);
  const auto output = child.communicate();
  CHECK(output.out == "word\r\nword\r\n");
  CHECK(output.status.success());
  CHECK_FALSE(child.terminal());
}

TEST_CASE("a program that closes its terminal and goes on is not hung up, and may open it again") {
  if (skipped_without_terminals()) return;
  const Folder folder;
  const std::string goes_on = "i=0; while [ $i -lt 50 ]; do /bin/true; i=$((i+1)); done; ";
  const auto output =
      script("readlink /proc/$$/fd/2 >name; read name <name; echo one; exec 0<&- 1<&- 2<&-; " +
             goes_on + "exec >$name; printf %100000s ''; exec >&-; " + goes_on + "exit 3")
          .directory(folder.path("."))
          .output();
  CHECK(output.status.code() == 3);
  CHECK(output.out == "one\r\n" + std::string(100000, ' '));
}

TEST_CASE("a time limit ends what runs on a terminal, and what it printed is there") {
  if (skipped_without_terminals()) return;
  const auto output = script("echo one; sleep 1000").output({.timeout = 300ms, .grace = 30s});
  CHECK(output.timed_out);
  CHECK(output.status.signal() == SIGTERM);
  CHECK(output.out == "one\r\n");
}

TEST_CASE("the last stage of a pipeline may be on a terminal") {
  if (skipped_without_terminals()) return;
  const auto output = (Command("echo").arg("one") | script("cat; test -t 1 && echo two")).output();
  CHECK(output.out == "one\r\ntwo\r\n");
}

TEST_CASE("an operation reads a terminal to its end") {
  if (skipped_without_terminals()) return;
  CHECK(performed(forklift::begin_output(prints_much())).out == std::string(much, ' '));
}
