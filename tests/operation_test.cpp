// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Operations, driven by the smallest possible event loop.

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <forklift/cgroup.hpp>
#include <forklift/operation.hpp>
#include <forklift/pipeline.hpp>
#include <fstream>
#include <set>
#include <stdexcept>

#include "fifo.hpp"
#include "reveal.hpp"

using forklift::Child, forklift::Command, forklift::LaunchError, forklift::Operation;
using forklift::OperationOf, forklift::OperationPtr, forklift::Output, forklift::OutputOptions;
using forklift::Pipeline, forklift::RunningPipeline, forklift::Sink, forklift::Step;
using forklift::Stdio;
using namespace std::chrono_literals;

namespace {

bool is_open(int descriptor) { return ::fcntl(descriptor, F_GETFD) >= 0; }

// A loop of poll(2). It checks the operation's guarantee: no descriptor is
// closed while the loop uses it.
class Loop {
 public:
  explicit Loop(Operation& operation) : operation_(operation) {}

  // One round; true at the end.
  bool turn() {
    ++turns_;
    const auto entries = operation_.poll_entries();
    operation_.release_closed();
    std::set<int> named;
    for (const pollfd& entry : entries) {
      if (entry.fd >= 0) named.insert(entry.fd);
    }
    for (const int number : named) CHECK(is_open(number));
    ::poll(entries.data(), entries.size(), left());
    const bool done = operation_.perform();
    for (const int number : named) CHECK(is_open(number));
    return done;
  }

  void run() {
    if (operation_.perform()) return;
    while (!turn()) {
    }
  }

  int turns() const { return turns_; }

 private:
  int left() const {
    const auto until = operation_.deadline();
    if (!until) return -1;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(*until - Operation::Clock::now());
    return std::max(0, static_cast<int>(left.count()));
  }

  Operation& operation_;
  int turns_ = 0;
};

template <class Result>
Result result_of(OperationPtr<Result> operation) {
  Loop(*operation).run();
  return operation->take();
}

Command shell(const std::string& script) { return Command("sh").args({"-c", script}); }

template <class Result>
LaunchError error_of(OperationPtr<Result> operation) {
  try {
    result_of(std::move(operation));
  } catch (const LaunchError& error) {
    return error;
  }
  FAIL("there was no LaunchError");
  std::abort();
}

}  // namespace

TEST_CASE("an operation gives what the function of its name gives") {
  Child child = result_of(forklift::begin_spawn(shell("exit 7")));
  CHECK(result_of(forklift::begin_wait(child)).code() == 7);

  const Output output = result_of(forklift::begin_output(Command("cat"), {.input = "hello"}));
  CHECK(output.out == "hello");
  CHECK(output.status.success());

  Child cat = Command("cat").in(Stdio::pipe()).out(Stdio::pipe()).spawn();
  CHECK(result_of(forklift::begin_communicate(cat, {.input = "again"})).out == "again");

  const Pipeline sorting = Command("printf").arg("b\\na\\n") | Command("sort");
  CHECK(result_of(forklift::begin_output(sorting)).out == "a\nb\n");
  RunningPipeline running = result_of(forklift::begin_spawn(sorting | Command("cat")));
  CHECK(running.stages().size() == 3);
  CHECK(result_of(forklift::begin_wait(running)).success());
  RunningPipeline spoken = result_of(forklift::begin_spawn(
      Pipeline(Command("cat")).then(Command("cat")).in(Stdio::pipe()).out(Stdio::pipe())));
  CHECK(result_of(forklift::begin_communicate(spoken, {.input = "through"})).out == "through");
}

TEST_CASE("what is large goes through both ways, without a loop that spins") {
  const std::string text(4'000'000, 'x');
  auto operation = forklift::begin_output(Command("cat"), {.input = text});
  Loop loop(*operation);
  loop.run();
  CHECK(operation->take().out == text);
  CHECK(loop.turns() < 4000);
}

TEST_CASE("a loop that waits for a child's end turns when it ends, and not before") {
  Child child = shell("read line; exit 3").in(Stdio::pipe()).spawn();
  auto operation = forklift::begin_wait(child);
  REQUIRE_FALSE(operation->perform());
  if (child.announce_end() >= 0) {
    const auto entries = operation->poll_entries();
    CHECK(::poll(entries.data(), entries.size(), 20) == 0);
    CHECK_FALSE(operation->deadline());
  }
  child.in().reset();
  Loop(*operation).run();
  CHECK(operation->take().code() == 3);
}

TEST_CASE("whoever asks again for the end of a child that has ended gets it at once") {
  Child child = Command("true").spawn();
  child.wait();
  auto operation = forklift::begin_wait(child);
  CHECK(operation->perform());
  CHECK(operation->perform());
  CHECK(operation->take().success());
}

TEST_CASE("a failed launch names step and subject at the end of its operation") {
  CHECK(error_of(forklift::begin_spawn(Command("/no/such/program"))).step() == Step::exec);
  const auto error = error_of(forklift::begin_output(Command("true").directory("/nope")));
  CHECK(error.step() == Step::directory);
  CHECK(error.subject() == "'/nope'");
  const auto fed =
      error_of(forklift::begin_output(Command("cat").in(Stdio::null()), {.input = "x"}));
  CHECK(fed.step() == Step::attribute);
}

TEST_CASE("a stage that cannot be launched takes the others along, and is named") {
  const Pipeline pipeline = Command("yes") | Command("/no/such/program") | Command("cat");
  const auto error = error_of(forklift::begin_spawn(pipeline));
  CHECK(error.stage() == 2);
  CHECK(error.step() == Step::exec);
  CHECK(error_of(forklift::begin_output(pipeline)).stage() == 2);
}

TEST_CASE("a launch that stands still holds no loop, and is given up when cancelled") {
  const Fifo fifo;
  auto operation = forklift::begin_spawn(stuck(fifo).out(Stdio::pipe()));
  CHECK_FALSE(operation->perform());
  const auto entries = operation->poll_entries();
  CHECK(::poll(entries.data(), entries.size(), 20) == 0);
  operation->cancel(SIGINT);
  const auto error = error_of(std::move(operation));
  CHECK(error.code() == std::errc::operation_canceled);
  CHECK(children().empty());
}

TEST_CASE("a launch that stands still fails at its deadline in a loop, too") {
  const Fifo fifo;
  const auto error = within(
      [&](auto limit) {
        return error_of(forklift::begin_spawn(stuck(fifo).launch_deadline(limit)));
      },
      is_about_open);
  CHECK(error.step() == Step::deadline);
  CHECK(error.subject().ends_with(" ms passed in 'open' '" + fifo.path() + "'"));
  CHECK(children().empty());
}

TEST_CASE("a child that is killed with its mail unopened fails its launch in a loop, too") {
  const TestCgroup cgroup;
  if (cgroup.path().empty()) {
    MESSAGE("skipped: no cgroup of version 2 here that we may make others in");
    return;
  }
  std::ofstream(cgroup.path() + "/cgroup.freeze") << 1;
  auto operation = forklift::begin_spawn(
      Command("true").out(Stdio::pipe()).cgroup(forklift::Cgroup::at(cgroup.path())));
  CHECK_FALSE(operation->perform());
  for (const int pid : children()) ::kill(pid, SIGKILL);
  CHECK(error_of(std::move(operation)).code() == std::errc::operation_canceled);
  CHECK(children().empty());
}

TEST_CASE("a pipeline with a stage that stands still is given up as a whole") {
  const Fifo fifo;
  const Command stands = Command("cat").descriptor(7, Stdio::read(fifo.path()));
  auto operation = forklift::begin_spawn(Command("yes") | stands | Command("cat"));
  CHECK_FALSE(operation->perform());
  operation->cancel(SIGTERM);
  CHECK(error_of(std::move(operation)).code() == std::errc::operation_canceled);
  CHECK(children().empty());
}

TEST_CASE("a running program is sent the signal that cancels") {
  for (const int signal : {SIGINT, SIGTERM, SIGKILL}) {
    std::string seen;
    auto operation = forklift::begin_output(
        Command("sh").args({"-c", "echo begun; exec sleep 1000"}),
        {.out = Sink::pieces([&](std::string_view piece) { seen += piece; })});
    Loop loop(*operation);
    while (seen.empty()) REQUIRE_FALSE(loop.turn());
    operation->cancel(signal);
    while (!loop.turn()) {
    }
    CHECK(operation->take().status.signal() == signal);
  }
}

TEST_CASE("what a grandchild holds after the end is given up when cancelled") {
  const Fifo fifo;
  auto operation =
      forklift::begin_output(shell("cat < " + fifo.path() + " & echo begun"), {.drain = 1000s});
  Loop loop(*operation);
  while (!children().empty()) REQUIRE_FALSE(loop.turn());
  operation->cancel(SIGKILL);
  while (!loop.turn()) {
  }
  const Output output = operation->take();
  CHECK(output.out == "begun\n");
  CHECK(output.drain_passed);
  const forklift::Fd writer(::open(fifo.path().c_str(), O_WRONLY | O_CLOEXEC));  // lets it end, once it is there
}

TEST_CASE("a callback that throws ends the children, and the operation tells it") {
  auto operation = forklift::begin_output(
      Command("yes"), {.out = Sink::pieces([](auto) { throw std::runtime_error("enough"); })});
  CHECK_THROWS_WITH(result_of(std::move(operation)), "enough");
  CHECK(children().empty());
}

TEST_CASE("an operation that is dropped takes its children along") {
  const Fifo fifo;
  for (int turns = 0; turns < 4; ++turns) {
    auto stuck_launch = forklift::begin_spawn(stuck(fifo));
    auto output = forklift::begin_output(Command("yes"), {.limit = 10});
    auto pipeline = forklift::begin_output(Command("yes") | Command("cat"), {.limit = 10});
    for (int i = 0; i < turns; ++i) {
      stuck_launch->perform();
      Loop(*output).turn();
      Loop(*pipeline).turn();
    }
  }
}

TEST_CASE("without descriptors an operation fails, and the next one works") {
  OperationPtr<Output> operation;
  bool done = false;
  {
    const NoDescriptors none;
    operation = forklift::begin_output(Command("cat"), {.input = "x"});
    done = operation->perform();
  }
  REQUIRE(done);
  CHECK(error_of(std::move(operation)).code() == std::errc::too_many_files_open);
  CHECK(result_of(forklift::begin_output(Command("cat"), {.input = "x"})).out == "x");
}

TEST_CASE("a copied command goes on with the same plan, and a changed copy with its own") {
  const Command original = Command("echo").arg("one");
  Command copy = original;
  CHECK(copy.output().out == "one\n");
  copy.arg("two");
  CHECK(copy.output().out == "one two\n");
  CHECK(original.output().out == "one\n");
  Command assigned("false");
  assigned = original;
  assigned.argv0("x");
  CHECK(assigned.output().out == "one\n");
}
