// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <set>
#include <vector>

#include "watch/proc/kept_file.hpp"
#include "watch/sampling/intervals.hpp"

namespace watch::sampling {

/// The threads of a process, and the place of each.
class ThreadSampler {
 public:
  explicit ThreadSampler(pid_t pid);

  /// Adds new threads, and removes those that are gone.
  void list_threads();
  std::size_t size() const { return threads_.size(); }
  /// The number of threads to sample: all, or of many only those that run.
  std::size_t worth_looking_at() const;
  std::size_t newcomers() const { return newcomers_; }
  /// False where the kernel hides the places of this process's threads.
  bool tells_places();

  /// Samples all of `always` and this many others worth sampling, in rotation.
  std::vector<ThreadSample> look(std::size_t count, const std::set<pid_t>& always);

 private:
  bool has_changed();
  struct Thread {
    KeptFile wchan;
    KeptFile schedstat;
    std::string last_schedstat;
    bool runs = false;  // it ran between the last two samples of it

    void look_whether_it_runs();
  };
  bool are_many() const;
  bool is_worth(const Thread& thread) const { return thread.runs || !are_many(); }
  void look_for_runners();

  pid_t pid_;
  std::string folder_;
  nlink_t links_ = 0;
  unsigned rolls_left_out_ = 0;
  std::map<pid_t, Thread> threads_;
  pid_t last_seen_ = 0;
  pid_t last_ = 0;
  std::size_t newcomers_ = 0;
  std::size_t runners_ = 0;
};

}  // namespace watch::sampling
