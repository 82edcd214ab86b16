// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/sampling/thread_sampler.hpp"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "watch/proc/tasks.hpp"

namespace watch::sampling {
namespace {

// One thread may have replaced another.
constexpr unsigned most_left_out = 10;
constexpr std::size_t many = 64;
constexpr std::size_t looks_for_runners = 6;

}  // namespace

ThreadSampler::ThreadSampler(pid_t pid) : pid_(pid), folder_(fmt::format("/proc/{}/task", pid)) {
  list_threads();
  newcomers_ = 0;
}

// The directory has a link for each thread.
bool ThreadSampler::has_changed() {
  struct stat status {};
  stat(folder_.c_str(), &status);
  return std::exchange(links_, status.st_nlink) != status.st_nlink;
}

void ThreadSampler::list_threads() {
  if (!has_changed() && ++rolls_left_out_ < most_left_out) return;
  rolls_left_out_ = 0;
  const auto present = threads_of(pid_);
  const std::set<pid_t> here(present.begin(), present.end());
  std::erase_if(threads_, [&](const auto& one) { return !here.contains(one.first); });
  runners_ = static_cast<std::size_t>(
      std::ranges::count_if(threads_, [](const auto& one) { return one.second.runs; }));
  for (const pid_t thread : present) {
    if (threads_.contains(thread)) continue;
    auto& files = threads_[thread];
    files.wchan = KeptFile(task_file(pid_, thread, "wchan"));
    files.schedstat = KeptFile(task_file(pid_, thread, "schedstat"));
    files.last_schedstat = files.schedstat.look();
    ++newcomers_;
  }
}

// In other users' processes wchan can be opened, but always reads "0".
bool ThreadSampler::tells_places() {
  return std::ranges::any_of(threads_, [this](const auto& one) {
    KeptFile syscall(task_file(pid_, one.first, "syscall"));
    return !syscall.look().empty();
  });
}

bool ThreadSampler::are_many() const { return threads_.size() > many; }

std::size_t ThreadSampler::worth_looking_at() const {
  return are_many() ? std::max<std::size_t>(runners_, 1) : threads_.size();
}

void ThreadSampler::Thread::look_whether_it_runs() {
  const auto now = schedstat.look();
  runs = now != last_schedstat;
  last_schedstat = now;
}

// Most of hundreds of threads sleep for seconds: they cannot be blocked.
void ThreadSampler::look_for_runners() {
  auto next = threads_.upper_bound(last_);
  for (std::size_t i = 0; i < looks_for_runners; ++i, ++next) {
    if (next == threads_.end()) next = threads_.begin();
    auto& [thread, files] = *next;
    last_ = thread;
    const bool before = files.runs;
    files.look_whether_it_runs();
    if (files.runs && !before) ++runners_;
    if (!files.runs && before) --runners_;
  }
}

std::vector<ThreadSample> ThreadSampler::look(std::size_t count, const std::set<pid_t>& always) {
  if (are_many()) look_for_runners();
  std::vector<ThreadSample> seen;
  std::size_t chosen = 0;
  auto next = threads_.upper_bound(last_seen_);
  for (std::size_t i = 0; i < threads_.size(); ++i, ++next) {
    if (next == threads_.end()) next = threads_.begin();
    auto& [thread, files] = *next;
    const bool choose = chosen < count && is_worth(files);
    if (!choose && !always.contains(thread)) continue;
    seen.push_back({.thread = thread, .place = wait_channel_named(files.wchan.look())});
    if (!choose) continue;
    ++chosen;
    last_seen_ = thread;
  }
  return seen;
}

}  // namespace watch::sampling
