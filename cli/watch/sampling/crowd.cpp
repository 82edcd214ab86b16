// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/sampling/crowd.hpp"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "watch/proc/tasks.hpp"

namespace watch::sampling {
namespace {

// One thread may have come for another that went.
constexpr unsigned most_left_out = 10;

}  // namespace

Crowd::Crowd(pid_t pid) : pid_(pid), folder_(fmt::format("/proc/{}/task", pid)) {
  call_the_roll();
  newcomers_ = 0;
}

// The folder has a link for each thread.
bool Crowd::has_changed() {
  struct stat status {};
  stat(folder_.c_str(), &status);
  return std::exchange(links_, status.st_nlink) != status.st_nlink;
}

void Crowd::call_the_roll() {
  if (!has_changed() && ++rolls_left_out_ < most_left_out) return;
  rolls_left_out_ = 0;
  const auto present = threads_of(pid_);
  const std::set<pid_t> here(present.begin(), present.end());
  std::erase_if(threads_, [&](const auto& one) { return !here.contains(one.first); });
  for (const pid_t thread : present) {
    if (threads_.contains(thread)) continue;
    threads_.emplace(thread, KeptFile(task_file(pid_, thread, "wchan")));
    ++newcomers_;
  }
}

// Of other users' processes wchan opens, and says "0" for ever.
bool Crowd::tells_places() {
  return std::ranges::any_of(threads_, [this](const auto& one) {
    KeptFile syscall(task_file(pid_, one.first, "syscall"));
    return !syscall.look().empty();
  });
}

Sighting Crowd::look_at(pid_t thread, KeptFile& wchan) {
  return {.thread = thread, .place = place_named(wchan.look())};
}

std::vector<Sighting> Crowd::look(std::size_t count, const std::set<pid_t>& always) {
  std::vector<Sighting> seen;
  for (const pid_t thread : always) {
    const auto found = threads_.find(thread);
    if (found != threads_.end()) seen.push_back(look_at(thread, found->second));
  }
  const std::size_t most = std::min(count, threads_.size());
  auto next = threads_.upper_bound(last_);
  for (std::size_t i = 0; i < most; ++i, ++next) {
    if (next == threads_.end()) next = threads_.begin();
    last_ = next->first;
    if (!always.contains(last_)) seen.push_back(look_at(last_, next->second));
  }
  return seen;
}

}  // namespace watch::sampling
