// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <expected>
#include <forklift/export.hpp>
#include <forklift/fd.hpp>
#include <memory>
#include <system_error>
#include <vector>

namespace forklift {

/// The lock between code that opens a descriptor in two steps (open it, then mark
/// it close-on-exec) and launches that copy the descriptor table in between.
///
/// It is Go's `syscall.ForkLock`, with its rules. *Creators* hold it shared,
/// from before the descriptor is open until it is marked. *Launchers* hold it
/// while the table is copied. No thread starves: a waiting launcher stops new
/// creators, and when launchers unlock, the waiting creators go first.
///
///     std::shared_lock opening(forklift::fork_lock());     // a creator
///     forklift::Fd old(::accept(listening, nullptr, nullptr));
///     ::fcntl(old.get(), F_SETFD, FD_CLOEXEC);
///
///     std::unique_lock launching(forklift::fork_lock());   // a launcher of your own
///     const pid_t pid = ::fork();
///
/// Launches by this library take it only where the kernel cannot open pipes
/// close-on-exec in one step.
/// Threads: any. After a fork of the whole program, a lock that another thread
/// held stays locked in the child; `fork_lock()` is initialised again there.
/// Cost: about 100 ns uncontended; only long waits record a stack.
/// Since: Go 1.0; launchers that share one side: Go 1.21 (golang/go 23558).
class FORKLIFT_EXPORT ForkLock {
 public:
  enum class Rule {
    one_at_a_time,  ///< a launcher excludes all others: Go up to 1.20
    together,       ///< launchers exclude creators, not each other: Go 1.21
  };
  enum class Side { creator, launcher };

  /// A thread that holds or held the lock.
  struct Holder {
    pid_t thread = 0;  ///< gettid(2)
    Side side = Side::creator;
    std::chrono::nanoseconds held{};
    std::uint64_t number = 0;    ///< unique; does not change when the hold ends
    std::vector<void*> stack{};  ///< where it unlocked, innermost first; empty before
  };

  /// A wait, over or not.
  struct Wait {
    pid_t thread = 0;
    Side side = Side::creator;
    std::chrono::nanoseconds waited{};
    std::vector<void*> stack{};  ///< innermost first; empty below the threshold
    std::uint64_t number = 0;    ///< unique; does not change when the wait ends
  };

  /// The current state, and what has happened so far.
  struct Report {
    std::vector<Holder> holders;
    std::vector<Wait> waiters;           ///< in the order of their arrival
    std::vector<Wait> long_waits;        ///< beyond the threshold and over: the last 64
    std::vector<Holder> long_holds;      ///< likewise
    std::uint64_t acquired = 0;          ///< number of times the lock was taken
    std::uint64_t contended = 0;         ///< of these, after a wait
    std::chrono::nanoseconds longest{};  ///< wait, over or not
  };

  /// `threshold`: a longer wait records the stack of the waiter, and a longer hold
  /// records the stack of the thread that unlocks.
  explicit ForkLock(Rule rule = Rule::together,
                    std::chrono::nanoseconds threshold = std::chrono::milliseconds(10));
  ~ForkLock();
  ForkLock(const ForkLock&) = delete;
  ForkLock& operator=(const ForkLock&) = delete;

  /// As a launcher. Requires: this thread does not hold the lock.
  void lock();
  bool try_lock();
  void unlock();

  /// As a creator. Requires: this thread does not hold the lock.
  void lock_shared();
  bool try_lock_shared();
  void unlock_shared();

  /// Returns the holders and the waiters of the lock, and for how long.
  ///
  /// Threads: any, also one that holds the lock. Cost: allocates; threads that
  /// lock or unlock at that time wait for some microseconds.
  Report report() const;

  Rule rule() const noexcept;

 private:
  class State;
  std::unique_ptr<State> state_;
};

/// The lock that launches of this process take where they need one.
FORKLIFT_EXPORT ForkLock& fork_lock();

/// Both ends of a pipe.
struct Pipe {
  Fd reading, writing;
};

/// Opens a pipe that no child inherits by accident: with pipe2(2) and O_CLOEXEC
/// or, where that is missing or denied, with pipe(2) and fcntl(2) while holding
/// `lock` shared.
///
/// Requires: this thread does not hold `lock`.
/// Errors: those of pipe2(2), pipe(2), fcntl(2), for example EMFILE. Threads: any.
/// Since: pipe2 is Linux 2.6.27.
FORKLIFT_EXPORT std::expected<Pipe, std::error_code> fork_exec_pipe(ForkLock& lock = fork_lock());

}  // namespace forklift
