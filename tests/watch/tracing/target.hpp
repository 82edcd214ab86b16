// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

/// A process that creates others on request, and times itself, to check a
/// watcher's report.
class Target {
 public:
  enum class Way : char {
    fork,
    raw_fork,
    clone3,
    fork_and_exec,
    vfork,
    posix_spawn,
    vfork_of_sleeper,  ///< its child waits for `release`
    fail,              ///< flags that the kernel refuses
    fork_with_waiter,  ///< a thread waits for a mutex that the caller holds
    thread,
    exec,  ///< becomes another program; reports no more
    exit,
  };

  /// Each thread touches that memory without end. Requires: this process has one
  /// thread.
  Target(std::size_t megabytes, unsigned threads);
  ~Target();
  Target(const Target&) = delete;

  pid_t pid() const { return pid_; }
  /// This many calls one after another; returns when they are done.
  void create(Way way, unsigned calls = 1);
  void begin(Way way, unsigned calls = 1);
  void await() const;
  /// Until it is in a call that its child delays.
  void await_child() const;
  void release() const;
  /// It is killed, and was waited for.
  void end();

  static constexpr unsigned most_calls = 64;
  struct Call {
    std::chrono::nanoseconds begin, duration;
    pid_t child;
    /// Threads whose own clock stopped for most of the call.
    unsigned stalled;
  };
  struct Truth {
    std::atomic<unsigned> calls{0};
    std::array<Call, most_calls> of{};
    std::atomic<unsigned> ready{0};
    std::atomic<std::int64_t> call_begin{0}, call_end{0};
    std::atomic<unsigned> stalled{0}, passed{0};
    std::atomic<unsigned> round{0};
  };
  const Truth& truth() const { return *truth_; }

 private:
  Truth* truth_ = nullptr;
  pid_t pid_ = 0;
  int commands_ = -1, answers_ = -1, gate_ = -1, arrivals_ = -1;
};
