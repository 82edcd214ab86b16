// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include "lab/go_lock/rw_mutex.hpp"

namespace lab::go_lock {

/// The behaviour of a version of Go at its ForkLock.
struct Rules {
  Mutex::Policy mutex = Mutex::Policy::starvation_mode;
  bool launchers_share = false;  ///< since Go 1.21 they are counted (golang/go 23558)
};

/// `syscall.ForkLock` as launchers and creators of descriptors take it.
///
/// Threads: any.
class RulesLock {
 public:
  RulesLock(Scheduler& scheduler, Rules rules)
      : rules_(rules), lock_(scheduler, rules.mutex), books_(scheduler, rules.mutex) {}

  void lock();
  void unlock();
  void lock_shared() { lock_.lock_shared(); }
  void unlock_shared() { lock_.unlock_shared(); }

  Rules rules() const { return rules_; }

 private:
  void join();

  const Rules rules_;
  RwMutex lock_;
  Mutex books_;
  int launchers_ = 0;
};

}  // namespace lab::go_lock
