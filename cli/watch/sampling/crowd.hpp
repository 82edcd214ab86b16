// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <set>
#include <vector>

#include "watch/proc/kept_file.hpp"
#include "watch/sampling/stretches.hpp"

namespace watch::sampling {

/// The threads of a process, and where each is.
class Crowd {
 public:
  explicit Crowd(pid_t pid);

  /// Finds those that are new, and forgets those that are gone.
  void call_the_roll();
  std::size_t size() const { return threads_.size(); }
  std::size_t newcomers() const { return newcomers_; }
  /// False where the kernel keeps the places of this process's threads from us.
  bool tells_places();

  /// Looks at so many, each time at the next ones, and at all of `always`.
  std::vector<Sighting> look(std::size_t count, const std::set<pid_t>& always);

 private:
  bool has_changed();
  Sighting look_at(pid_t thread, KeptFile& wchan);

  pid_t pid_;
  std::string folder_;
  nlink_t links_ = 0;
  unsigned rolls_left_out_ = 0;
  std::map<pid_t, KeptFile> threads_;
  pid_t last_ = 0;
  std::size_t newcomers_ = 0;
};

}  // namespace watch::sampling
