// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <exception>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "lab/contender.hpp"
#include "lab/hang/pace.hpp"
#include "lab/hang/run.hpp"

namespace lab::hang {

/// A worker's stage, and since when.
struct Doing {
  Stage stage = Stage::running;
  Clock::time_point since{};
};

/// Threads that launch, each by its own contender.
class WorkerPool {
 public:
  /// `rate`: launches per second by all together; 0: as fast as they can.
  WorkerPool(const std::string& contender, const std::string& program, std::size_t workers,
             double rate);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;

  /// Begins once every worker exists: during forks that copy page tables,
  /// creating a thread takes long.
  void start();

  /// Ends the work: launches in progress finish, those waiting for the ForkLock
  /// do not begin.
  void end();

  /// Whether a launch failed, so that all have stopped.
  bool failed() const { return failed_.load(std::memory_order_relaxed); }

  go_lock::ForkLock* fork_lock() const { return contenders_.front()->fork_lock(); }
  std::size_t size() const { return contenders_.size(); }
  Clock::time_point begun() const { return begun_; }

  /// The workers' threads, and what each is doing, by number from 0.
  std::vector<pid_t> threads() const;
  std::vector<Doing> doing() const;

  /// The number of the worker with that thread, from 1; 0: none.
  std::size_t number_of(pid_t thread) const;

  /// Every launch, by worker. Requires: ended.
  /// Errors: throws the exception of the failed launch.
  const std::vector<std::vector<Launched>>& launches() const;

 private:
  void work(std::size_t index);
  void launch_on(Contender& contender, std::vector<Launched>& launched);

  std::vector<std::unique_ptr<Contender>> contenders_;
  std::vector<std::vector<Launched>> launched_;
  std::vector<std::exception_ptr> troubles_;
  std::unique_ptr<std::atomic<pid_t>[]> ids_;
  std::latch there_;
  std::latch begin_{1};
  Pace pace_;
  std::vector<std::jthread> threads_;
  std::atomic<bool> ended_{false};
  std::atomic<bool> failed_{false};
  Clock::time_point begun_{};
};

}  // namespace lab::hang
