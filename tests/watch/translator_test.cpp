// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/tracing/translator.hpp"

#include <doctest/doctest.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>

#include <cstring>

namespace {

using namespace std::chrono_literals;
using watch::Wait;
using watch::tracing::Translator;

constexpr __u32 caller = 100, other_caller = 101, worker = 200;

struct Kernel {
  Translator translator{{}};
  watch::Recording recording;

  template <class T>
  void tell(T record, __u32 kind, __u32 thread, __u64 id) {
    record.head = {kind, thread, id};
    translator.take(std::as_bytes(std::span(&record, 1)), recording);
  }
  void begin(__u64 id, __u32 thread, __u64 at) {
    watch_begin begin{};
    begin.at = at;
    tell(begin, WATCH_BEGIN, thread, id);
  }
  void hold(__u64 id, __u32 thread, __u64 from, __u64 to) {
    watch_hold hold{};
    hold.from = from, hold.to = to;
    tell(hold, WATCH_HOLD, thread, id);
  }
  void end(__u64 id, __u32 thread, __u64 from, __u64 to) {
    watch_call call{};
    call.begin = from, call.end = to, call.ran = to;
    call.flags = SIGCHLD, call.flags_known = 1;
    call.system_call = SYS_clone;
    tell(call, WATCH_CALL, thread, id);
  }
  void wait(__u32 reason, __u32 thread, __u64 from, __u64 to) {
    watch_wait wait{};
    wait.begin = from, wait.end = to, wait.reason = reason;
    tell(wait, WATCH_WAIT, thread, 0);
  }
};

}  // namespace

TEST_CASE("a wait for the lock belongs to the call that held it for most of the wait") {
  Kernel kernel;
  kernel.begin(1, caller, 1000);
  kernel.begin(2, other_caller, 1100);
  kernel.hold(1, caller, 1000, 2000);
  kernel.wait(WATCH_MEMORY_LOCK, other_caller, 1100, 2000);
  kernel.hold(2, other_caller, 2000, 5000);
  kernel.wait(WATCH_MEMORY_LOCK, worker, 1500, 5000);
  CHECK(kernel.recording.waits.empty());
  kernel.end(2, other_caller, 1100, 5100);
  kernel.end(1, caller, 1000, 5200);
  const auto& waits = kernel.recording.waits;
  REQUIRE(waits.size() == 2);
  CHECK(waits[0].thread == worker);
  CHECK(waits[0].call == 1);  // the first to end
  CHECK(waits[0].overlap == 3000ns);
  CHECK(waits[1].thread == other_caller);
  CHECK(waits[1].call == 2);
  CHECK(waits[1].overlap == 900ns);
}

TEST_CASE("a wait for the lock that no call held is told, of no call") {
  Kernel kernel;
  kernel.begin(1, caller, 1000);
  kernel.wait(WATCH_MEMORY_LOCK, worker, 1500, 2000);
  REQUIRE(kernel.recording.waits.size() == 1);
  CHECK(kernel.recording.waits[0].call == 0);
  CHECK(kernel.recording.waits[0].overlap == 0ns);
}

TEST_CASE("another wait is told once the call that it overlaps with has ended") {
  Kernel kernel;
  kernel.begin(7, caller, 1000);
  kernel.wait(WATCH_FUTEX_WAIT, worker, 500, 2000);
  CHECK(kernel.recording.waits.empty());
  kernel.end(7, caller, 1000, 1800);
  REQUIRE(kernel.recording.waits.size() == 1);
  CHECK(kernel.recording.waits[0].call == 1);
  CHECK(kernel.recording.waits[0].overlap == 800ns);
}

TEST_CASE("another wait that no call coincides with is not told") {
  Kernel kernel;
  kernel.end(1, caller, 1000, 2000);
  kernel.wait(WATCH_FUTEX_WAIT, worker, 3000, 4000);
  kernel.wait(WATCH_FUTEX_WAIT, caller, 1000, 2000);  // it was the caller itself
  kernel.translator.conclude(kernel.recording);
  CHECK(kernel.recording.waits.empty());
}

TEST_CASE("a wait whose call's end was lost is told at the end") {
  Kernel kernel;
  kernel.begin(1, caller, 1000);
  kernel.hold(1, caller, 1000, 2000);
  kernel.wait(WATCH_MEMORY_LOCK, worker, 1500, 2000);
  kernel.wait(WATCH_FUTEX_WAIT, worker, 1500, 2000);
  kernel.translator.conclude(kernel.recording);
  REQUIRE(kernel.recording.waits.size() == 1);
  CHECK(kernel.recording.waits[0].reason == Wait::Reason::memory_lock);
  CHECK(kernel.recording.waits[0].call == 0);
}

TEST_CASE("a child's program belongs to its call, whichever is told first") {
  Kernel kernel;
  watch_child child{};
  child.child = 300, child.done = 1, child.at = 3000, child.since_call = 900;
  std::strcpy(child.program, "/bin/true");
  kernel.begin(4, caller, 1000);
  kernel.tell(child, WATCH_CHILD, 300, 4);
  CHECK(kernel.recording.execs.empty());
  kernel.end(4, caller, 1000, 3100);
  REQUIRE(kernel.recording.execs.size() == 1);
  CHECK(kernel.recording.execs[0].call == 1);
  CHECK(kernel.recording.execs[0].program == "/bin/true");
  CHECK_FALSE(kernel.recording.execs[0].in_exec);
}
