// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <elfutils/libdwfl.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>

/// The program and libraries mapped by a process, read with libdwfl.
///
/// Only files are read: as the process sees them in its mount namespace,
/// including deleted ones; debug information from /usr/lib/debug. Never uses a
/// debuginfod server. The process is not stopped.
/// Threads: one at a time, including all users of it.
class Modules {
 public:
  /// Errors: throws `std::runtime_error` where the process cannot be read.
  explicit Modules(pid_t pid);
  Modules(const Modules&) = delete;

  /// The module at an address; null if none. Looks for newly loaded modules,
  /// for at most a twentieth of the time: a process with many mappings and
  /// invalid addresses costs no more.
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
