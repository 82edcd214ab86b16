// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/go_lock/mutex.hpp"

namespace lab::go_lock {

void Mutex::lock() {
  State free;
  if (!replace(free, {.locked = 1})) lock_slowly();
}

void Mutex::lock_slowly() {
  Attempt mine;
  for (;;) {
    const State seen = state_.load();
    // A starving mutex goes to a sleeper: spinning is useless.
    if (seen.locked && !seen.starving && spin(mine, seen)) continue;
    if (!take_or_queue(mine, seen)) continue;
    if (!seen.locked && !seen.starving) return;
    if (sleep(mine)) return;
  }
}

bool Mutex::spin(Attempt& mine, State seen) {
  if (!scheduler_.may_spin(mine.turns)) return false;
  if (!mine.awoken && !seen.woken && seen.asleep > 0) {
    State announced = seen;
    announced.woken = 1;
    mine.awoken = replace(seen, announced);
  }
  scheduler_.spin();
  ++mine.turns;
  return true;
}

// False if the state has changed meanwhile.
bool Mutex::take_or_queue(Attempt& mine, State seen) {
  State next = seen;
  if (!seen.starving) next.locked = 1;
  if (seen.locked || seen.starving) ++next.asleep;
  if (mine.starving && seen.locked) next.starving = 1;
  if (mine.awoken) next.woken = 0;
  if (!replace(seen, next)) return false;
  mine.awoken = false;
  return true;
}

// Whether the mutex was handed over.
bool Mutex::sleep(Attempt& mine) {
  const bool again = mine.first_slept.has_value();
  if (!again) mine.first_slept = scheduler_.now();
  semaphore_.acquire(policy_ == Policy::starvation_mode && again);
  mine.turns = 0;
  if (policy_ == Policy::starvation_mode) {
    mine.starving = mine.starving || scheduler_.now() - *mine.first_slept > patience;
    if (state_.load().starving) {
      accept(mine);
      return true;
    }
  }
  mine.awoken = true;
  return false;
}

void Mutex::accept(const Attempt& mine) {
  State seen = state_.load();
  State next;
  do {
    next = seen;
    next.locked = 1;
    if (--next.asleep == 0 || !mine.starving) next.starving = 0;
  } while (!replace(seen, next));
}

void Mutex::unlock() {
  State seen = state_.load();
  State next;
  do {
    next = seen;
    next.locked = 0;
  } while (!replace(seen, next));
  if (next.starving) {
    semaphore_.release(true);
  } else {
    wake_one(next);
  }
}

void Mutex::wake_one(State seen) {
  State next;
  do {
    if (seen.asleep == 0 || seen.locked || seen.woken || seen.starving) return;
    next = seen;
    --next.asleep;
    next.woken = 1;
  } while (!replace(seen, next));
  semaphore_.release();
}

}  // namespace lab::go_lock
