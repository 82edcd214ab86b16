// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Children that the kernel kills with their pidfd (Linux 7.1) have no exit signal.

#include <sched.h>
#include <signal.h>

#include <array>

#include "../support.hpp"
#include "kernel/clone.hpp"
#include "kernel/numbers.hpp"
#include "kernel/probe.hpp"
#include "kernel/process.hpp"
#include "kernel/raw.hpp"
#include "kernel/signal_guard.hpp"
#include "launch/clone_child.hpp"
#include "plan/launch_spec.hpp"
#include "plan/planner.hpp"
#include "plan/caller_state.hpp"

namespace kernel = forklift::kernel;
namespace launch = forklift::launch;
using kernel::Feature, kernel::Reaped;

namespace {

extern "C" void wait_and_exit(void* gate) {
  auto* const word = static_cast<std::uint32_t*>(gate);
  while (__atomic_load_n(word, __ATOMIC_ACQUIRE) == 0) kernel::raw::call(SYS_sched_yield);
  for (;;) kernel::raw::call(SYS_exit_group, 7);
}

}  // namespace

TEST_CASE("the clone of a child that dies with its pidfd asks for no exit signal") {
  kernel::Features features = kernel::probe();
  if (!features.works(Feature::clone3) || !features.works(Feature::pidfd)) return;
  features[Feature::autokill] = 0;
  kernel::pretend(&features);
  launch::LaunchSpec spec;
  spec.program = "/bin/true";
  const auto now = launch::capture_caller_state(spec);
  REQUIRE(now);
  auto plan = launch::prepare(spec, *now);
  REQUIRE(plan);
  auto record = launch::take_in_flight((*plan)->engine, (*plan)->frame_bytes, false);
  record->plan = launch::CompiledPlanRef(plan->release());
  int pidfd = -1;
  const auto plain = launch::request_for(*record, pidfd);
  record->autokill = true;
  const auto tied = launch::request_for(*record, pidfd);
  record->autokill = false;
  kernel::pretend(nullptr);
  CHECK(plain.exit_signal == SIGCHLD);
  CHECK((plain.flags & (kernel::clone_autoreap | kernel::clone_pidfd_autokill)) == 0);
  CHECK(tied.exit_signal == 0);
  CHECK((tied.flags & kernel::clone_autoreap) != 0);
  CHECK((tied.flags & kernel::clone_pidfd_autokill) != 0);
}

TEST_CASE("a child without an exit signal is seen to run, and waited for") {
  if (!kernel::features().works(Feature::pidfd) || !kernel::features().pidfd_by_clone) return;
  alignas(16) static std::array<std::byte, 16384> stack;
  std::uint32_t gate = 0;
  int pidfd = -1;
  long pid = 0;
  {
    const kernel::SignalGuard guard;
    pid = kernel::clone_child({.flags = CLONE_VM | CLONE_FILES | kernel::clone_pidfd,
                               .exit_signal = 0,
                               .stack = stack.data(),
                               .stack_size = stack.size(),
                               .pidfd = &pidfd,
                               .clone3 = false},
                              wait_and_exit, &gate);
  }
  REQUIRE(pid > 0);
  const forklift::Fd owned(pidfd);
  const kernel::Process child{static_cast<pid_t>(pid), pidfd};
  CHECK(kernel::try_reap(child).state == Reaped::State::running);
  CHECK(kernel::send_signal_to_group({child.pid, -1}, 0) != 0);  // it leads none
  __atomic_store_n(&gate, 1, __ATOMIC_RELEASE);
  const Reaped end = kernel::reap(child);
  CHECK(end.state == Reaped::State::ended);
  CHECK(end.status == 7 << 8);
}
