// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/go_lock/rw_mutex.hpp"

namespace lab::go_lock {

void RwMutex::lock() {
  writers_.lock();
  const int inside = readers_.fetch_sub(most_readers);
  // Readers may have left between the two steps; the last one wakes us.
  if (inside != 0 && leaving_.fetch_add(inside) + inside != 0) writer_.acquire();
}

void RwMutex::unlock() {
  int waiting = readers_.fetch_add(most_readers) + most_readers;
  for (; waiting > 0; --waiting) reader_.release();
  writers_.unlock();
}

void RwMutex::lock_shared() {
  if (readers_.fetch_add(1) + 1 < 0) reader_.acquire();
}

void RwMutex::unlock_shared() {
  if (readers_.fetch_sub(1) - 1 >= 0) return;
  if (leaving_.fetch_sub(1) - 1 == 0) writer_.release();
}

bool RwMutex::readers_wait() const {
  const int readers = readers_.load();
  return readers < 0 && readers + most_readers > 0;
}

}  // namespace lab::go_lock
