// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// A child that had become another user was waited for until it ended by itself.

#include <poll.h>

#include <forklift/operation.hpp>
#include <forklift/pipeline.hpp>
#include <stdexcept>

#include "../becomes_root.hpp"
#include "../fifo.hpp"

using forklift::Child, forklift::Command, forklift::ExitStatus, forklift::LaunchError;
using forklift::Operation, forklift::Pipeline, forklift::Sink, forklift::Stdio;
using namespace std::chrono_literals;

namespace {

// Carries an operation on until it is over, or `enough`.
template <class Enough>
void turn_until(Operation& operation, Enough enough) {
  while (!operation.perform() && !enough()) {
    const auto entries = operation.poll_entries();
    operation.release_closed();
    ::poll(entries.data(), entries.size(), 10);
  }
}

void finish(Operation& operation) {
  turn_until(operation, [] { return false; });
}

bool is_left(const ExitStatus& status) {
  return status.still_running() && !status.lost() && status.refusal() == EPERM;
}

bool has_unkillable_child() { return std::ranges::any_of(children(), runs); }

}  // namespace

TEST_CASE("the time limit of a child that cannot be killed ends with still_running") {
  check_as_nobody([](const BecomesRoot& program) {
    Child child = program.spawn();
    const int pid = child.pid();
    const auto output = child.communicate({.timeout = 0ns, .grace = 0ns});
    return output.timed_out && output.status.still_running() && !output.status.lost() &&
           output.status.refusal() == EPERM && runs(pid);
  });
}

TEST_CASE("stop and stop_tree of a child that cannot be killed say still_running") {
  check_as_nobody([](const BecomesRoot& program) {
    Child child = program.spawn(), leader = program.spawn();
    return child.stop(0ns).still_running() && child.wait().still_running() &&
           leader.stop_tree(0ns).status.still_running() && !leader.kill_tree();
  });
}

TEST_CASE("the end of a Child does not wait for a child that cannot be killed") {
  check_as_nobody([](const BecomesRoot& program) {
    const int pid = program.spawn().pid();
    return runs(pid);
  });
}

TEST_CASE("an operation ends at its time limit when a child cannot be killed") {
  check_as_nobody([](const BecomesRoot& program) {
    Child child = program.spawn();
    auto talk = forklift::begin_communicate(child, {.timeout = 0ns, .grace = 0ns});
    finish(*talk);
    const auto output = talk->take();
    return output.timed_out && is_left(output.status) && runs(child.pid());
  });
}

TEST_CASE("SIGKILL ends an operation whose child cannot be killed") {
  check_as_nobody([](const BecomesRoot& program) {
    Child child = program.spawn();
    auto wait = forklift::begin_wait(child);
    wait->cancel(SIGTERM);
    if (wait->perform()) return false;  // SIGTERM is only a request
    wait->cancel(SIGKILL);
    finish(*wait);
    return is_left(wait->take()) && runs(child.pid());
  });
  check_as_nobody([](const BecomesRoot& program) {
    bool ready = false;
    auto output = forklift::begin_output(
        program.command(), {.out = Sink::pieces([&ready](std::string_view) { ready = true; })});
    turn_until(*output, [&ready] { return ready; });
    output->cancel(SIGKILL);
    finish(*output);
    return is_left(output->take().status) && has_unkillable_child();
  });
}

TEST_CASE("an exception ends an operation whose child cannot be killed") {
  check_as_nobody([](const BecomesRoot& program) {
    auto output = forklift::begin_output(
        program.command(), {.out = Sink::pieces([](auto) { throw std::domain_error("no"); })});
    finish(*output);
    try {
      output->take();
    } catch (const std::domain_error&) {
      return has_unkillable_child();
    }
    return false;
  });
}

TEST_CASE("a pipeline ends when one of its stages cannot be killed") {
  check_as_nobody([](const BecomesRoot& program) {
    auto running = (program.command() | Command("cat")).out(Stdio::pipe()).spawn();
    char word = 0;
    if (::read(running.stages().back().out().get(), &word, 1) != 1) return false;
    const auto output = running.communicate({.timeout = 0ns, .grace = 0ns});
    return output.timed_out && is_left(output.status.stages[0]) &&
           output.status.stages[1].signal() != 0;
  });
  check_as_nobody([](const BecomesRoot& program) {
    bool ready = false;
    auto output =
        forklift::begin_output(program.command() | Command("cat"),
                               {.out = Sink::pieces([&ready](std::string_view) { ready = true; })});
    turn_until(*output, [&ready] { return ready; });
    output->cancel(SIGKILL);
    finish(*output);
    const auto status = output->take().status;
    return is_left(status.stages[0]) && status.stages[1].signal() == SIGKILL;
  });
}

TEST_CASE("a pipeline that is given up does not wait for a stage that cannot be killed") {
  check_as_nobody([](const BecomesRoot& program) {
    const Folder folder;
    const std::string fifo = folder.path("fifo");
    if (::mkfifo(fifo.c_str(), 0600) != 0) return false;
    auto spawning =
        forklift::begin_spawn(program.command() | Command("cat").arg("x").err(Stdio::file(fifo)));
    turn_until(*spawning, has_unkillable_child);
    spawning->cancel(SIGTERM);
    finish(*spawning);
    try {
      spawning->take();
    } catch (const LaunchError& error) {
      return error.code() == std::errc::operation_canceled && has_unkillable_child();
    }
    return false;
  });
}

TEST_CASE("what could not be killed is reaped by a later launch") {
  check_as_nobody([](BecomesRoot& program) {
    Child child = program.spawn();
    const int pid = child.pid();
    if (!is_left(child.stop(0ns))) return false;
    Command("true").spawn().wait();
    if (!children().contains(pid)) return false;
    program.close();
    return comes_true([pid] {
      Command("true").spawn().wait();
      return !children().contains(pid);
    });
  });
}
