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
/// It is Go's `syscall.ForkLock`, with its rules. *Creators* hold it shared, from
/// before the descriptor is open until it is marked. *Launchers* hold it from
/// before the table is copied until it is. Nobody starves: a launcher that waits
/// stops new creators, and when launchers let go, the creators that wait go first.
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
/// Threads: any. A fork of the whole program leaves a lock that others held as
/// it was; `fork_lock()` is made anew in the child.
/// Cost: uncontended some 100 ns; a wait takes its stack only once it is long.
/// Since: Go 1.0; launchers that share one side: Go 1.21 (golang/go 23558).
class FORKLIFT_EXPORT ForkLock {
 public:
  enum class Rule {
    one_at_a_time,  ///< a launcher excludes everybody: Go up to 1.20
    together,       ///< launchers exclude creators, not each other: Go 1.21
  };
  enum class Side { creator, launcher };

  /// A thread that holds the lock, or held it.
  struct Holder {
    pid_t thread = 0;  ///< gettid(2)
    Side side = Side::creator;
    std::chrono::nanoseconds held{};
    std::uint64_t number = 0;    ///< the same while it lasts and after, and no other's
    std::vector<void*> stack{};  ///< where it let go, innermost first; empty while it lasts
  };

  /// A wait, over or not.
  struct Wait {
    pid_t thread = 0;
    Side side = Side::creator;
    std::chrono::nanoseconds waited{};
    std::vector<void*> stack{};  ///< innermost first; empty below the threshold
    std::uint64_t number = 0;    ///< the same while it lasts and after, and no other's
  };

  /// The state of one moment, and what happened until then.
  struct Report {
    std::vector<Holder> holders;
    std::vector<Wait> waiters;           ///< in the order of their arrival
    std::vector<Wait> long_waits;        ///< beyond the threshold and over: the last 64
    std::vector<Holder> long_holds;      ///< likewise
    std::uint64_t acquired = 0;          ///< how often the lock was taken
    std::uint64_t contended = 0;         ///< how often after a wait
    std::chrono::nanoseconds longest{};  ///< wait, over or not
  };

  /// `threshold`: a wait beyond it records its stack, taken by the waiter; and a
  /// hold beyond it, taken by who lets go.
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

  /// Who holds the lock, who waits, and for how long.
  ///
  /// Threads: any, also one that holds the lock. Cost: allocates; others who take
  /// or release the lock meanwhile wait for some microseconds.
  Report report() const;

  Rule rule() const noexcept;

 private:
  class State;
  std::unique_ptr<State> state_;
};

/// The lock that this process's launches take where they need one.
FORKLIFT_EXPORT ForkLock& fork_lock();

/// Both ends of a pipe.
struct Pipe {
  Fd reading, writing;
};

/// A pipe that no child inherits by accident: opened by pipe2(2) with O_CLOEXEC,
/// and where that is missing or denied, opened by pipe(2) and then marked, with
/// `lock` held shared meanwhile.
///
/// Requires: this thread does not hold `lock`.
/// Errors: of pipe2(2), pipe(2), fcntl(2), for instance EMFILE. Threads: any.
/// Since: pipe2 is Linux 2.6.27.
FORKLIFT_EXPORT std::expected<Pipe, std::error_code> fork_exec_pipe(ForkLock& lock = fork_lock());

}  // namespace forklift
