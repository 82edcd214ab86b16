// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <string.h>

#include <algorithm>
#include <forklift/engine.hpp>

#include "kernel/cancel_guard.hpp"
#include "kernel/enumerators.hpp"
#include "kernel/probe.hpp"
#include "launch/in_flight.hpp"
#include "child/second_stage_program.hpp"
#include "plan/caller_state.hpp"

namespace forklift {
namespace {

using kernel::Feature;

struct Described {
  Feature feature;
  const char* name;
  const char* purpose;
};

constexpr Described described[kernel::feature_count] = {
    {Feature::shared_memory, "shared memory", "launches that copy no page tables (CLONE_VM)"},
    {Feature::leave_table, "leaving a shared descriptor table",
     "launches that copy no descriptors (CLOSE_RANGE_UNSHARE, Linux 5.9)"},
    {Feature::mailbox, "mailbox", "pipes and borrowed descriptors with the engine shared_table"},
    {Feature::clone3, "clone3", "handlers reset by one flag (CLONE_CLEAR_SIGHAND, Linux 5.5)"},
    {Feature::close_range, "close_range", "descriptors closed by one call (Linux 5.9)"},
    {Feature::mark_cloexec, "close_range with CLOEXEC",
     "descriptors closed while the caller already goes on (Linux 5.11)"},
    {Feature::pidfd, "pidfd",
     "waiting without SIGCHLD and reuse of pids, and in event loops without a thread (Linux 5.4)"},
    {Feature::pidfd_send_signal, "pidfd_send_signal",
     "signals that cannot hit a stranger (Linux 5.1)"},
    {Feature::exit_info, "exit status by pidfd",
     "the status of a child that was reaped elsewhere (Linux 6.15)"},
    {Feature::marked_pipe, "pipe2",
     "pipes that no child inherits by accident, without the ForkLock (Linux 2.6.27)"},
    {Feature::into_cgroup, "clone into a cgroup",
     "children that are in their cgroup from the start (CLONE_INTO_CGROUP, Linux 5.7)"},
    {Feature::autokill, "kill at close of the pidfd",
     "children that cannot outlive this process (CLONE_PIDFD_AUTOKILL, Linux 7.1)"},
    {Feature::robust_list, "robust futex", "the engine fork learns of exec without a pipe"},
};

consteval bool describe_each_once() {
  for (std::size_t i = 0; i < kernel::enumerator_count<Feature>(); ++i) {
    if (std::ranges::count(described, static_cast<Feature>(i), &Described::feature) != 1)
      return false;
  }
  return true;
}
static_assert(kernel::feature_count == kernel::enumerator_count<Feature>() && describe_each_once());

std::string sentence(Engine engine, const kernel::Features& features) {
  if (engine == Engine::shared_table) return "neither memory nor descriptors need to be copied";
  const Feature missing =
      features.works(Feature::shared_memory) ? Feature::leave_table : Feature::shared_memory;
  if (features.works(missing)) return "FORKLIFT_ENGINE asks for it";
  return std::string(missing == Feature::leave_table ? "a shared descriptor table cannot be left: "
                                                     : "memory cannot be shared with a child: ") +
         ::strerror(-features[missing]);
}

}  // namespace

Capabilities capabilities() {
  const kernel::CancelGuard guard;
  Capabilities found;
  const kernel::Features features = kernel::features(kernel::all_features);
  const auto engine = launch::chosen_engine();
  found.engine = engine.value_or(Engine::fork);
  found.why = engine ? sentence(*engine, features)
                     : "every launch is refused, " + engine.error().subject + ": " +
                           ::strerror(engine.error().error);
  for (const auto& [feature, name, purpose] : described) {
    const int refused = features[feature];
    found.capabilities.push_back(
        {name, purpose, refused == 0, refused == 0 ? "" : ::strerror(-refused)});
  }
  const auto program = launch::second_stage_program();
  found.capabilities.push_back({"program in memory",
                                "attributes that need a second stage (memfd_create, Linux 3.17)",
                                program.has_value(), program ? "" : ::strerror(program.error())});
  found.mailbox = launch::lowest_mailbox();
  return found;
}

void reserve(std::size_t launches) {
  const kernel::CancelGuard guard;
  kernel::features(kernel::all_features);
  [[maybe_unused]] const auto program = launch::second_stage_program();
  launch::reserve_in_flight(launches);
}

}  // namespace forklift
