// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/go_lock/rules_lock.hpp"

namespace lab::go_lock {

void RulesLock::lock() {
  if (!rules_.launchers_share) {
    lock_.lock();
    return;
  }
  books_.lock();
  join();
  books_.unlock();
}

// The first launcher locks for all. One that comes while creators wait lets
// them go first, which takes until the present launchers have left.
void RulesLock::join() {
  if (launchers_ > 0 && lock_.readers_wait()) {
    books_.unlock();
    lock_.lock_shared();
    lock_.unlock_shared();
    books_.lock();
  }
  if (launchers_ == 0) lock_.lock();
  ++launchers_;
}

void RulesLock::unlock() {
  if (!rules_.launchers_share) {
    lock_.unlock();
    return;
  }
  books_.lock();
  if (--launchers_ == 0) lock_.unlock();
  books_.unlock();
}

}  // namespace lab::go_lock
