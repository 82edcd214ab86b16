// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Where a C library enters the kernel to create a process, its unwind
// information ends or is wrong. A tracer captures a thread exactly there.

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "watch/stack_copy.hpp"
#include "capture.hpp"
#include "launchers.hpp"

using watch::Stack, watch::Unwinder;

namespace {

bool creates(std::uint64_t call) {
#if defined(__x86_64__)
  if (call == SYS_fork || call == SYS_vfork) return true;
#endif
  return call == SYS_clone || call == SYS_clone3;
}

[[noreturn]] void be_traced(void (*launch)()) {
  ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
  ::raise(SIGSTOP);
  launch();
  ::_exit(0);
}

bool next_stop(pid_t child) {
  int status = 0;
  ::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
  return ::waitpid(child, &status, 0) == child && WIFSTOPPED(status);
}

std::optional<__ptrace_syscall_info> call_of(pid_t child) {
  __ptrace_syscall_info call{};
  const long size = ::ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof call, &call);
  if (size <= 0) return std::nullopt;
  return call;
}

bool enters_creation(pid_t child) {
  const auto call = call_of(child);
  return call && call->op == PTRACE_SYSCALL_INFO_ENTRY && creates(call->entry.nr);
}

// The stacks at the entry and at the return of the creating call.
struct Seen {
  Stack entering;
  Stack leaving;
};

Seen watch_launch(void (*launch)()) {
  const pid_t child = ::fork();
  if (child == 0) be_traced(launch);
  Seen seen;
  ::waitpid(child, nullptr, 0);
  ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
  while (next_stop(child)) {
    if (!enters_creation(child)) continue;
    Unwinder unwinder(child);
    seen.entering = unwinder.names(capture_stopped(child).copy());
    if (next_stop(child)) seen.leaving = unwinder.names(capture_stopped(child).copy());
    break;
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  return seen;
}

// The launcher is there, followed by the functions that lead to it.
void check(const Stack& stack, const std::string& launcher) {
  CAPTURE(stack.size());
  for (const std::string& function : stack) CAPTURE(function);
  const auto at = std::ranges::find(stack, launcher);
  REQUIRE(at != stack.end());
  CHECK(at != stack.begin());
  CHECK(std::ranges::find(at, stack.end(), "main") != stack.end());
  CHECK(stack.back() == "_start");
}

void check(void (*launch)(), const std::string& launcher) {
  const Seen seen = watch_launch(launch);
  check(seen.entering, launcher);
  check(seen.leaving, launcher);
}

}  // namespace

TEST_CASE("a thread in fork has a whole stack") {
  check(launchers::by_fork, "launchers::by_fork()");
}

TEST_CASE("a thread in vfork has a whole stack") {
#if defined(__SANITIZE_ADDRESS__)
  MESSAGE("skipped: AddressSanitizer has a vfork of its own, which hides its caller");
#else
  check(launchers::by_vfork, "launchers::by_vfork()");
#endif
}

TEST_CASE("a thread in clone has a whole stack") {
  check(launchers::by_clone, "launchers::by_clone()");
}

TEST_CASE("a thread in posix_spawn has a whole stack") {
  check(launchers::by_posix_spawn, "launchers::by_posix_spawn()");
}

TEST_CASE("a thread that makes another has a whole stack") {
  check(launchers::by_thread, "launchers::by_thread()");
}

TEST_CASE("a thread in system has a whole stack") {
  check(launchers::by_system, "launchers::by_system()");
}
