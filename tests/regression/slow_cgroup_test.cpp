// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// An operation's step removed the cgroup of a child that had ended, and waited until
// what still ran in it was gone: 130 ms for a grandchild of 2 GiB. One that took longer
// than a second stayed, and its cgroup with it.

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <forklift/cgroup.hpp>
#include <forklift/operation.hpp>
#include <forklift/output.hpp>

#include "../comes_true.hpp"
#include "../reveal.hpp"

using forklift::Cgroup, forklift::Child, forklift::Command, forklift::ExitStatus;
using forklift::Operation, forklift::OutputOptions, forklift::Stdio;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

// A shell with a child of its own, which cannot go when it is killed until we let it.
// The shell ends when its input does.
class SlowToGo {
 public:
  explicit SlowToGo(const TestCgroup& cgroup) {
    Command command("sh");
    command.args({"-c", "sleep 1000 & echo $!; read line; exit 3"});
    command.in(Stdio::pipe()).out(Stdio::pipe());
    child = command.cgroup(Cgroup::create(cgroup.path())).spawn();
    path = child.cgroup();
    char text[16] = "";
    REQUIRE(::read(child.out().get(), text, sizeof text - 1) > 0);
    offspring_ = std::atoi(text);
    held = ::ptrace(PTRACE_SEIZE, offspring_, 0, PTRACE_O_TRACEEXIT) == 0;
    if (!held) MESSAGE("skipped: ptrace is refused here");
  }
  ~SlowToGo() { let_go(); }

  // Once it has been killed, which it must have been by now or be soon.
  bool let_go() {
    if (!std::exchange(held, false)) return true;
    const bool stopped =
        comes_true([this] { return ::waitpid(offspring_, nullptr, WNOHANG | __WALL) != 0; });
    ::ptrace(PTRACE_CONT, offspring_, 0, 0);
    if (stopped) ::waitpid(offspring_, nullptr, __WALL);
    return stopped;
  }

  Child child;
  std::string path;
  bool held = false;

 private:
  int offspring_ = 0;
};

// Carries an operation on to its end; its longest step.
Clock::duration longest_step(Operation& operation) {
  Clock::duration longest{};
  for (;;) {
    const auto before = Clock::now();
    const bool done = operation.perform();
    longest = std::max(longest, Clock::now() - before);
    if (done) return longest;
    const auto entries = operation.poll_entries();
    operation.release_closed();
    ::poll(entries.data(), entries.size(), operation.deadline() ? 10 : -1);
  }
}

template <class Work>
Clock::duration time_of(Work work) {
  const auto before = Clock::now();
  work();
  return Clock::now() - before;
}

bool skipped_without(const TestCgroup& cgroup) {
  if (!cgroup.path().empty()) return false;
  MESSAGE("skipped: no cgroup of version 2 here that we may make others in");
  return true;
}

}  // namespace

TEST_CASE("no step of an operation waits until a cgroup can be removed: a thread removes it") {
  const TestCgroup cgroup;
  if (skipped_without(cgroup)) return;
  SlowToGo awaited(cgroup), waited_for(cgroup), spoken_to(cgroup);
  if (!awaited.held || !waited_for.held || !spoken_to.held) return;

  awaited.child.in().reset();
  auto waiting = forklift::begin_wait(awaited.child);
  const auto longest_of_wait = longest_step(*waiting);
  CHECK(waiting->take().code() == 3);
  CHECK(exists(awaited.path));

  auto speaking = forklift::begin_communicate(spoken_to.child, {.drain = 0ns});
  const auto longest_of_talk = longest_step(*speaking);
  CHECK(speaking->take().status.code() == 3);
  CHECK(exists(spoken_to.path));

  const auto in_one_go = time_of([&] { CHECK(waited_for.child.wait().code() == 3); });
  CHECK(4 * longest_of_wait < in_one_go);
  CHECK(4 * longest_of_talk < in_one_go);

  for (SlowToGo* one : {&awaited, &waited_for, &spoken_to}) {
    CHECK(one->let_go());
    CHECK(comes_true([one] { return !exists(one->path); }));
  }
}

TEST_CASE("a look at a child waits for nothing, and a thread removes its cgroup") {
  const TestCgroup cgroup;
  if (skipped_without(cgroup)) return;
  SlowToGo looked_at(cgroup), waited_for(cgroup);
  if (!looked_at.held || !waited_for.held) return;
  looked_at.child.in().reset();
  Clock::duration longest{};
  std::optional<ExitStatus> status;
  CHECK(comes_true([&] {
    longest = std::max(longest, time_of([&] { status = looked_at.child.try_wait(); }));
    return status.has_value();
  }));
  CHECK(exists(looked_at.path));
  CHECK(4 * longest < time_of([&] { waited_for.child.wait(); }));
  CHECK(looked_at.let_go());
  CHECK(waited_for.let_go());
  CHECK(comes_true([&] { return cgroup.below().empty(); }));
}

TEST_CASE("the cgroup is gone when output() returns") {
  const TestCgroup cgroup;
  if (skipped_without(cgroup)) return;
  Command command("sh");
  command.args({"-c", "sleep 1000 >/dev/null 2>&1 & exit 3"});
  CHECK(command.cgroup(Cgroup::create(cgroup.path())).output().status.code() == 3);
  CHECK(cgroup.below().empty());
}

// ThreadSanitizer lets no program that forked itself start a thread.
#if !defined(__SANITIZE_THREAD__)
TEST_CASE("a process that exits at once leaves no cgroup that it has seen end") {
  const TestCgroup cgroup;
  if (skipped_without(cgroup)) return;
  ::fflush(nullptr);
  const pid_t half = ::fork();
  if (half == 0) {
    Command command("sh");
    command.args({"-c", "sleep 1000 & exit 3"});
    Child child = command.cgroup(Cgroup::create(cgroup.path())).spawn();
    const bool ended = comes_true([&] { return child.try_wait().has_value(); });
    ::exit(ended ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(half, &status, 0) == half);
  CHECK(status == 0);
  CHECK(cgroup.below().empty());
}
#endif
