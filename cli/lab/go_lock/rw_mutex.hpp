// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include "lab/go_lock/mutex.hpp"

namespace lab::go_lock {

/// Go's `sync.RWMutex`: writers queue at a mutex; its owner stops new readers
/// and waits for those inside; its unlock admits all waiting readers.
///
/// Threads: any.
class RwMutex {
 public:
  RwMutex(Scheduler& scheduler, Mutex::Policy policy)
      : writers_(scheduler, policy), writer_(scheduler), reader_(scheduler) {}

  void lock();
  void unlock();
  void lock_shared();
  void unlock_shared();

  /// Whether readers wait for a writer.
  bool readers_wait() const;

 private:
  // More readers than possible: below zero a writer holds it or waits.
  static constexpr int most_readers = 1 << 30;

  Mutex writers_;
  Semaphore writer_, reader_;
  std::atomic<int> readers_{0};
  std::atomic<int> leaving_{0};  // readers that the writer is waiting for
};

}  // namespace lab::go_lock
