// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/proc/tasks.hpp"

#include <dirent.h>
#include <fmt/core.h>
#include <unistd.h>

#include <charconv>
#include <climits>
#include <fstream>
#include <memory>

namespace watch {
namespace {

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

template <class Number>
Number number_at(std::string_view text) {
  Number number{};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

std::string task_file(pid_t pid, pid_t thread, const char* file) {
  return fmt::format("/proc/{}/task/{}/{}", pid, thread, file);
}

std::vector<pid_t> threads_of(pid_t pid) {
  std::vector<pid_t> threads;
  const std::string path = fmt::format("/proc/{}/task", pid);
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(path.c_str()), closedir);
  if (!folder) return threads;
  while (const dirent* entry = readdir(folder.get())) {
    const auto thread = number_at<pid_t>(entry->d_name);
    if (thread > 0) threads.push_back(thread);
  }
  return threads;
}

std::vector<pid_t> children_of(pid_t pid, pid_t thread) {
  return pids_in(first_line(task_file(pid, thread, "children")));
}

std::string thread_name(pid_t pid, pid_t thread) {
  return first_line(task_file(pid, thread, "comm"));
}

std::string program_of(pid_t pid) {
  char target[PATH_MAX];
  const std::string link = fmt::format("/proc/{}/exe", pid);
  const ssize_t length = readlink(link.c_str(), target, sizeof target);
  if (length <= 0) return first_line(fmt::format("/proc/{}/comm", pid));
  const std::string_view path(target, static_cast<std::size_t>(length));
  return std::string(path.substr(path.rfind('/') + 1));
}

// The name, in parentheses, may contain blanks and parentheses itself.
std::uint64_t stat_number(std::string_view stat, unsigned field) {
  const auto end = stat.rfind(')');
  if (end == std::string_view::npos) return 0;
  std::size_t at = end + 1;
  for (unsigned i = 3; i < field; ++i) {
    at = stat.find(' ', at + 1);
    if (at == std::string_view::npos) return 0;
  }
  return number_at<std::uint64_t>(stat.substr(at + 1));
}

std::vector<pid_t> pids_in(std::string_view text) {
  std::vector<pid_t> pids;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const auto pid = number_at<pid_t>(text.substr(at, end - at));
    if (pid > 0) pids.push_back(pid);
    at = end + 1;
  }
  return pids;
}

}  // namespace watch
