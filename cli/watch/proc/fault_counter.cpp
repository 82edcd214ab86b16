// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/proc/fault_counter.hpp"

#include <fmt/core.h>

#include "watch/proc/tasks.hpp"

namespace watch {
namespace {

constexpr unsigned minor_faults = 10;  // fields of /proc/PID/stat
constexpr unsigned major_faults = 12;

}  // namespace

FaultCounter::FaultCounter(pid_t pid) : stat_(fmt::format("/proc/{}/stat", pid)) {}

void FaultCounter::begin() { first_ = all(); }

std::uint64_t FaultCounter::count() {
  const std::uint64_t now = all();
  if (now >= first_) last_ = now - first_;
  return last_;
}

std::uint64_t FaultCounter::all() {
  const auto stat = stat_.look();
  return stat_number(stat, minor_faults) + stat_number(stat, major_faults);
}

}  // namespace watch
