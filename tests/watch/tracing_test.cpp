// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <set>
#include <string_view>
#include <vector>

#include "watch/observer.hpp"
#include "watch/tracing/target.hpp"

namespace {

using namespace std::chrono_literals;
using watch::Call;
using watch::Wait;

bool is_possible() {
  const auto unavailability = watch::obstacle_to_tracing();
  if (unavailability) MESSAGE("skipped: ", unavailability->reason, "; ", unavailability->remedy);
  return !unavailability;
}

// The observations of a target during its work.
struct Watched {
  watch::Recording recording;
  std::unique_ptr<watch::Observer> observer;

  explicit Watched(const Target& target, bool detail = false) {
    recording.header.target.pid = target.pid();
    watch::ObserverOptions options;
    options.detail = detail;
    observer = watch::observe_by_tracing(options, recording);
  }
  void conclude() {
    observer->collect(recording, 20ms);
    observer->conclude(recording);
  }
  std::vector<pid_t> victims_of(std::uint64_t call) const {
    std::vector<pid_t> threads;
    for (const Wait& wait : recording.waits) {
      if (wait.reason == Wait::Reason::memory_lock && wait.call == call)
        threads.push_back(wait.thread);
    }
    return threads;
  }
  std::size_t victims() const {
    return static_cast<std::size_t>(std::ranges::count_if(recording.waits, [](const Wait& wait) {
      return wait.reason == Wait::Reason::memory_lock && wait.call != 0;
    }));
  }
};

watch::Recording recording_of(Target& target, Target::Way way, unsigned calls,
                              bool detail = false) {
  Watched watched(target, detail);
  target.create(way, calls);
  watched.conclude();
  return std::move(watched.recording);
}

// The target's clock includes the call, the way to it, and stops of its thread
// between its last step out of it and the clock read: most calls must agree.
void check_durations(const watch::Recording& recording, const Target::Truth& truth,
                     unsigned first) {
  std::size_t agreeing = 0;
  for (std::size_t i = 0; i < recording.calls.size(); ++i) {
    const auto seen = recording.calls[i].duration;
    const auto measured = truth.of[(first + i) % Target::most_calls].duration;
    CAPTURE(i);
    CHECK(seen <= measured);
    REQUIRE(recording.calls[i].until_ran);
    const auto stall = *recording.calls[i].until_ran;
    CHECK(stall >= seen);
    if (std::chrono::abs(measured - stall) <=
        std::max<std::chrono::nanoseconds>(measured / 10, 1ms))
      ++agreeing;
  }
  CHECK(agreeing * 4 >= recording.calls.size() * 3);
}

// Programs in the kernel that are hooks of any watcher.
std::set<__u32> hooks_in_kernel() {
  std::set<__u32> hooks;
  __u32 id = 0;
  while (bpf_prog_get_next_id(id, &id) == 0) {
    const int fd = bpf_prog_get_fd_by_id(id);
    bpf_prog_info about{};
    __u32 size = sizeof about;
    if (fd >= 0 && bpf_obj_get_info_by_fd(fd, &about, &size) == 0 &&
        std::string_view(about.name) == "on_lock_let_go")
      hooks.insert(id);
    if (fd >= 0) ::close(fd);
  }
  return hooks;
}

constexpr std::uint64_t sharing = CLONE_VM | CLONE_VFORK | SIGCHLD;

}  // namespace

TEST_CASE("each fork is seen with its child, its flags, and the time that the target measured") {
  if (!is_possible()) return;
  for (const bool detail : {false, true}) {
    CAPTURE(detail);
    Target target(128, 2);
    const auto recording = recording_of(target, Target::Way::fork, 10, detail);
    REQUIRE(recording.calls.size() == 10);
    check_durations(recording, target.truth(), 0);
    for (std::size_t i = 0; i < 10; ++i) {
      const Call& call = recording.calls[i];
      const auto& truth = target.truth().of[i];
      CAPTURE(i);
      CHECK(call.number == i + 1);
      CHECK(call.child == truth.child);
      CHECK(call.thread == target.pid());
      CHECK(call.function == "clone");
      CHECK(watch::copies(call) == true);
      CHECK((call.flags.value_or(0) & 0xff) == SIGCHLD);
      CHECK(call.error == 0);
      CHECK_FALSE(call.cut);
      CHECK(call.lock_held.value_or(0ns) > 0ns);
    }
  }
}

TEST_CASE("every thread that touches memory is a victim of every fork, once") {
  if (!is_possible()) return;
  constexpr unsigned threads = 4, enough = 5;
  Target target(256, threads);
  Watched watched(target);
  target.create(Target::Way::fork, Target::most_calls / 2);
  watched.conclude();
  REQUIRE(watched.recording.calls.size() == Target::most_calls / 2);
  // A busy machine may keep a thread from running until a fork is over: only
  // forks count during which all of the threads' own clocks stopped.
  unsigned compared = 0;
  for (const Call& call : watched.recording.calls) {
    const auto victims = watched.victims_of(call.number);
    const unsigned stalled = target.truth().of[call.number - 1].stalled;
    CAPTURE(call.number);
    CHECK(victims.size() >= stalled);
    CHECK(victims.size() <= threads);
    CHECK(std::set(victims.begin(), victims.end()).size() == victims.size());
    if (stalled == threads) ++compared;
  }
  if (compared < enough) MESSAGE("only so many forks stalled all threads: ", compared);
}

TEST_CASE("posix_spawn and vfork have no victims") {
  if (!is_possible()) return;
  Target target(128, 4);
  for (const auto way : {Target::Way::posix_spawn, Target::Way::vfork}) {
    const auto first = target.truth().calls.load();
    Watched watched(target);
    target.create(way, 10);
    watched.conclude();
    CHECK(watched.victims() == 0);
    // Threads that sleep meanwhile are not blocked by it.
    CHECK(std::ranges::none_of(watched.recording.waits, [](const Wait& wait) {
      return wait.reason == Wait::Reason::other;
    }));
    REQUIRE(watched.recording.calls.size() == 10);
    check_durations(watched.recording, target.truth(), first);
    for (std::size_t i = 0; i < 10; ++i) {
      const Call& call = watched.recording.calls[i];
      const auto& truth = target.truth().of[first + i];
      CHECK((call.flags.value_or(0) & sharing) == sharing);
      CHECK(call.child == truth.child);
    }
  }
}

TEST_CASE("who waits for a mutex that the caller of fork holds waits for a futex, woken by it") {
  if (!is_possible()) return;
  Target target(64, 0);
  const auto recording = recording_of(target, Target::Way::fork_with_waiter, 3);
  REQUIRE(recording.calls.size() == 3);
  const auto is_futex = [](const Wait& wait) { return wait.reason == Wait::Reason::futex; };
  CHECK(std::ranges::count_if(recording.waits, is_futex) == 3);
  for (const Wait& wait : recording.waits) {
    if (!is_futex(wait)) continue;
    REQUIRE(wait.call >= 1);
    CHECK(wait.waker == target.pid());
    CHECK(wait.overlap <= recording.calls[wait.call - 1].duration);
    CHECK(wait.overlap >= recording.calls[wait.call - 1].lock_held);
  }
}

TEST_CASE("stacks are there if they are wished for") {
  if (!is_possible()) return;
  Target target(8, 0);
  for (const bool wished : {true, false}) {
    watch::Recording recording;
    recording.header.target.pid = target.pid();
    watch::ObserverOptions options;
    options.stacks = wished;
    const auto observer = watch::observe_by_tracing(options, recording);
    target.create(Target::Way::fork);
    observer->conclude(recording);
    REQUIRE(recording.calls.size() == 1);
    CHECK(recording.calls[0].stack.empty() != wished);
    CHECK((watch::source(recording, watch::Figure::stacks) != nullptr) == wished);
  }
}

TEST_CASE("every way to make a process is told from the others, and what became of its child") {
  if (!is_possible()) return;
  struct Expected {
    Target::Way way;
    const char* function;
    std::uint64_t flags;
    const char* program;
  };
  constexpr std::uint64_t by_libc = CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | SIGCHLD;
  Target target(8, 1);
  for (const bool detail : {false, true}) {
    for (const auto& [way, function, flags, program] : {
           Expected{Target::Way::fork, "clone", by_libc, ""},
               Expected{Target::Way::fork_and_exec, "clone", by_libc, "/bin/true"},
               Expected{Target::Way::clone3, "clone3", SIGCHLD, ""},
#if defined(__x86_64__)
               Expected{Target::Way::raw_fork, "fork", SIGCHLD, ""},
               Expected{Target::Way::vfork, "vfork", sharing, "/bin/true"},
#endif
         }) {
      CAPTURE(detail);
      CAPTURE(function);
      const auto recording = recording_of(target, way, 3, detail);
      REQUIRE(recording.calls.size() == 3);
      REQUIRE(recording.execs.size() == 3);
      for (const Call& call : recording.calls) {
        CHECK(call.function == function);
        CHECK(call.flags == flags);
        const auto exec = std::ranges::find(recording.execs, call.number, &watch::Exec::call);
        REQUIRE(exec != recording.execs.end());
        CHECK(exec->child == call.child);
        CHECK(exec->program == program);
        CHECK(exec->done == !exec->program.empty());
      }
    }
  }
}

TEST_CASE("a call's sizes are those of the target") {
  if (!is_possible()) return;
  Target target(64, 3);
  const auto recording = recording_of(target, Target::Way::fork, 1);
  REQUIRE(recording.calls.size() == 1);
  REQUIRE(recording.calls[0].size);
  const auto& size = *recording.calls[0].size;
  CHECK(size.threads == 4);
  CHECK(size.resident >= 64 << 20);
  CHECK(size.resident < 1 << 30);
  CHECK(size.page_tables >= 64 * 1024 * 2);
  CHECK(size.mappings > 10);
  CHECK(size.descriptors > 3);
}

TEST_CASE("in detail a refused call is seen with its error") {
  if (!is_possible()) return;
  Target target(8, 1);
  const auto recording = recording_of(target, Target::Way::fail, 2, true);
  REQUIRE(recording.calls.size() == 2);
  CHECK(recording.calls[0].error == EINVAL);
  CHECK(recording.calls[0].child == 0);
}

TEST_CASE("threads are counted, and are no calls") {
  if (!is_possible()) return;
  Target target(8, 1);
  for (const bool detail : {false, true}) {
    const auto recording = recording_of(target, Target::Way::thread, 5, detail);
    CHECK(recording.calls.empty());
    CHECK(recording.samples.back().threads_made == 5);
  }
}

TEST_CASE("a call under way when the watching begins is given as cut, and said") {
  if (!is_possible()) return;
  Target target(8, 1);
  target.begin(Target::Way::vfork_of_sleeper);
  target.await_child();
  Watched watched(target);
  target.release();
  target.await();
  watched.conclude();
  REQUIRE(watched.recording.calls.size() == 1);
  CHECK(watched.recording.calls[0].cut);
  REQUIRE(watched.recording.notices.size() == 1);
  CHECK(watched.recording.notices[0].kind == watch::Notice::Kind::missed_call);
}

TEST_CASE("a call under way when the watching ends is given as cut") {
  if (!is_possible()) return;
  Target target(8, 1);
  for (const bool detail : {false, true}) {
    Watched watched(target, detail);
    target.begin(Target::Way::vfork_of_sleeper);
    target.await_child();
    watched.conclude();
    target.release();
    target.await();
    REQUIRE(watched.recording.calls.size() == 1);
    CHECK(watched.recording.calls[0].cut);
    CHECK(watched.recording.calls[0].duration > 0ns);
    CHECK(watched.recording.notices.empty());
  }
}

TEST_CASE("a target that becomes another program, or ends, is watched to its end") {
  if (!is_possible()) return;
  {
    Target target(8, 2);
    Watched watched(target);
    target.begin(Target::Way::exec);
    while (watched.recording.notices.empty()) watched.observer->collect(watched.recording, 20ms);
    CHECK(watched.recording.notices[0].kind == watch::Notice::Kind::target);
    CHECK(watched.recording.notices[0].text.ends_with("/bin/sleep"));
  }
  {
    Target target(8, 2);
    Watched watched(target);
    target.create(Target::Way::fork, 2);
    target.end();
    watched.conclude();
    CHECK(watched.recording.calls.size() == 2);
  }
}

TEST_CASE("two may watch at once, and see the same") {
  if (!is_possible()) return;
  Target target(32, 2);
  Watched one(target), other(target, true);
  target.create(Target::Way::fork, 5);
  one.conclude();
  other.conclude();
  CHECK(one.recording.calls.size() == 5);
  CHECK(other.recording.calls.size() == 5);
}

TEST_CASE("with 500 threads each fork is seen") {
  if (!is_possible()) return;
  Target target(32, 500);
  Watched watched(target);
  target.create(Target::Way::fork, 2);
  watched.conclude();
  REQUIRE(watched.recording.calls.size() == 2);
  CHECK(watched.recording.calls[0].size->threads == 501);
  CHECK(watched.victims() <= 2 * 500);
}

TEST_CASE("what it costs is measured, and hooks see faults and their time") {
  if (!is_possible()) return;
  Target target(64, 2);
  const auto recording = recording_of(target, Target::Way::fork, 5);
  CHECK(recording.header.attaching > 0ns);
  CHECK(recording.samples.back().faults > 0);
  CHECK(recording.samples.back().fault_time.has_value());
#if defined(__x86_64__)
  CHECK(recording.samples.back().copy_faults.value_or(0) > 0);
#endif
  if (geteuid() == 0) CHECK(recording.footer.hook_time > 0ns);
}

TEST_CASE("a storm of forks is counted to the last") {
  if (!is_possible()) return;
  Target target(1, 0);
  Watched watched(target);
  target.begin(Target::Way::fork, 2000);
  while (target.truth().calls < 2000) watched.observer->collect(watched.recording, 20ms);
  target.await();
  watched.conclude();
  CHECK(watched.recording.calls.size() == 2000);
  CHECK(watched.recording.execs.size() == 2000);
}

TEST_CASE("what the kernel's buffer had no room for is counted and said") {
  if (!is_possible()) return;
  Target target(1, 0);
  Watched watched(target);
  target.create(Target::Way::fork, 9000);
  watched.conclude();
  REQUIRE(watched.recording.notices.size() == 1);
  CHECK(watched.recording.notices[0].kind == watch::Notice::Kind::lost_events);
  CHECK(watched.recording.notices[0].count > 0);
}

TEST_CASE("nothing stays attached") {
  if (!is_possible()) return;
  if (geteuid() != 0) {
    MESSAGE("skipped: only root may list the kernel's programs");
    return;
  }
  Target target(1, 1);
  const auto before = hooks_in_kernel();
  std::set<__u32> ours;
  {
    Watched watched(target, true);
    std::ranges::set_difference(hooks_in_kernel(), before, std::inserter(ours, ours.end()));
    CHECK_FALSE(ours.empty());
  }
  // The kernel frees programs once no processor can be in one.
  const auto end = std::chrono::steady_clock::now() + 30s;
  const auto is_there = [&] {
    const auto now = hooks_in_kernel();
    return std::ranges::any_of(ours, [&](__u32 id) { return now.contains(id); });
  };
  while (is_there() && std::chrono::steady_clock::now() < end) ::sched_yield();
  CHECK_FALSE(is_there());
}
