// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <elfutils/libdwfl.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>

/// The program and libraries that a process has mapped, read by libdwfl.
///
/// Read are files: as the process sees them, in whatever mount namespace, also
/// those that were deleted since; debug information from /usr/lib/debug. Never
/// a debuginfod server. The process is not stopped.
/// Threads: one at a time, with all that stands on it.
class Modules {
 public:
  /// Errors: throws `std::runtime_error` where the process cannot be looked at.
  explicit Modules(pid_t pid);
  Modules(const Modules&) = delete;

  /// The module at an address; null where none is. What was loaded since the
  /// last look is looked for, though not in more than a twentieth of the time:
  /// a process with many mappings and addresses of nothing costs no more.
  Dwfl_Module* at(std::uintptr_t address);

  /// Whether any frame description covers an address of code.
  bool describes(std::uintptr_t address);

  Dwfl* session() const noexcept { return session_.get(); }
  pid_t pid() const noexcept { return pid_; }

 private:
  using Clock = std::chrono::steady_clock;
  Dwfl_Module* find(std::uintptr_t address) const;
  int report();

  const pid_t pid_;
  const std::unique_ptr<Dwfl, decltype(&::dwfl_end)> session_;
  Clock::time_point next_look_;
};
