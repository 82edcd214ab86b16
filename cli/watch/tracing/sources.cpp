// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/tracing/sources.hpp"

namespace watch::tracing {
namespace {

using namespace std::chrono_literals;

// What light hooks miss of a call: its entry, the copy of its descriptors, and
// its exit.
Source duration(const ObserverOptions& options) {
  if (options.detail) return {Figure::duration, "system-call tracepoints", 1us, true};
  return {Figure::duration, "mmap_lock, sched_process_fork and sched_switch tracepoints", 200us,
          true};
}

}  // namespace

std::vector<Source> sources(const Session& session, const ObserverOptions& options) {
  std::vector<Source> all{
      duration(options),
      {Figure::flags, "task_newtask tracepoint", 0ns, true},
      {Figure::on_cpu, "sched_switch tracepoint", 1us, true},
      {Figure::memory_lock, "mmap_lock tracepoints", 1us, true},
      {Figure::other_waits, "sched_switch and sched_waking tracepoints", 1us, true},
      {Figure::child, "sched_process_exec and sched_process_exit tracepoints", 1us, true},
      {Figure::size, "the kernel's mm_struct and /proc/PID/fd", 0ns, true}};
  if (session.counts_faults()) {
    all.push_back({Figure::faults, "page_fault tracepoints", 0ns, true});
    all.push_back({Figure::copy_faults, "page_fault tracepoints", 0ns, true});
  } else {
    all.push_back({Figure::faults, "/proc/PID/stat", 0ns, true});
  }
  if (session.takes_samples())
    all.push_back({Figure::fault_time, "cpu-clock samples", sample_period, false});
  if (options.stacks)
    all.push_back({Figure::stacks, "copies of stacks, unwound by their DWARF", 0ns, true});
  return all;
}

}  // namespace watch::tracing
