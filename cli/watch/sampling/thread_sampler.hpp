// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <set>
#include <vector>

#include "watch/proc/kept_file.hpp"
#include "watch/sampling/intervals.hpp"

namespace watch::sampling {

/// The threads of a process, and where each is.
class ThreadSampler {
 public:
  explicit ThreadSampler(pid_t pid);

  /// Finds those that are new, and forgets those that are gone.
  void list_threads();
  std::size_t size() const { return threads_.size(); }
  /// How many of them there are to look at: all, or of many those that run.
  std::size_t worth_looking_at() const;
  std::size_t newcomers() const { return newcomers_; }
  /// False where the kernel keeps the places of this process's threads from us.
  bool tells_places();

  /// Looks at all of `always`, and at so many others that are worth it, each time
  /// at the next ones.
  std::vector<ThreadSample> look(std::size_t count, const std::set<pid_t>& always);

 private:
  bool has_changed();
  struct Thread {
    KeptFile wchan;
    KeptFile schedstat;
    std::string last_schedstat;
    bool runs = false;  // it did between the last two looks at this

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
