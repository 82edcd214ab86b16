// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Describes a process from /proc, where every file may vanish or belong to
// another process at the next read. So the start time is compared at the end,
// and kernel threads, zombies and thread ids are refused with a reason instead
// of being described with zeros.

#include "process/process.hpp"

#include <errno.h>
#include <fmt/core.h>
#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include "process/proc_file.hpp"
#include "process/runtime.hpp"
#include "refusal.hpp"

namespace process {
namespace {

bool is_dead(char state) { return state == 'Z' || state == 'X' || state == 'x'; }

Refusal not_there(pid_t pid) {
  // Signal 0 only checks existence. 0 and below are groups.
  if (pid > 0 && (::kill(pid, 0) == 0 || errno == EPERM)) {
    return Refusal(
        fmt::format("process {} is hidden from you: /proc is mounted with hidepid", pid));
  }
  return Refusal(fmt::format("no process has the id {}", pid));
}

std::string name_of(pid_t pid) {
  std::string name = read_file(proc_path(pid, "comm")).text;
  if (name.ends_with('\n')) name.pop_back();
  return printable(name);
}

void refuse_what_has_no_memory(pid_t pid, const Stat& stat) {
  if (stat.of_kernel) {
    throw Refusal(
        fmt::format("process {} ('{}') is a kernel thread: it has no memory of its own to copy",
                    pid, name_of(pid)));
  }
  if (!is_dead(stat.state)) return;
  if (stat.threads > 1) {
    throw Refusal(fmt::format(
        "the first thread of process {} has ended: /proc does not show its memory", pid));
  }
  throw Refusal(fmt::format("process {} is a zombie: it has ended and waits for its parent", pid));
}

void refuse_thread(pid_t id, std::string_view status) {
  const auto pid = static_cast<pid_t>(number(status, "Tgid:"));
  if (pid == 0 || pid == id) return;
  throw Refusal(
      fmt::format("{} is a thread of process {} ('{}'): give that id", id, pid, name_of(pid)));
}

std::string command_of(pid_t pid, const std::string& name) {
  std::string line = read_file(proc_path(pid, "cmdline")).text;
  // A program may overwrite its arguments, and end them by more than one zero.
  line.resize(std::min(line.find_last_not_of('\0') + 1, line.size()));
  std::ranges::replace_if(
      line, [](char c) { return c == '\0' || c == '\n' || c == '\t'; }, ' ');
  return line.empty() ? name : printable(line);
}

std::string executable_of(pid_t pid) {
  char path[PATH_MAX];
  const ssize_t length = ::readlink(proc_path(pid, "exe").c_str(), path, sizeof path);
  return length > 0 ? std::string(path, static_cast<std::size_t>(length)) : std::string();
}

uid_t effective_user(std::string_view status) {
  std::istringstream words{std::string(field(status, "Uid:"))};
  uid_t real = 0;
  uid_t effective = 0;
  words >> real >> effective;
  return effective;
}

Memory memory_in(std::string_view status) {
  return {.mapped = bytes(status, "VmSize:"),
          .resident = bytes(status, "VmRSS:"),
          .anonymous = bytes(status, "RssAnon:"),
          .swapped = bytes(status, "VmSwap:"),
          .page_tables = bytes(status, "VmPTE:"),
          .huge = bytes(status, "HugetlbPages:")};
}

}  // namespace

pid_t pid_of(const std::string& text) {
  pid_t pid = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, pid);
  if (error == std::errc() && rest == end && pid > 0) return pid;
  throw std::invalid_argument(fmt::format("'{}' is not a process id", text));
}

std::string name(Runtime runtime) {
  switch (runtime) {
    case Runtime::native: break;
    case Runtime::go: return "go";
    case Runtime::cpython: return "cpython";
    case Runtime::jvm: return "jvm";
    case Runtime::node: return "node";
    case Runtime::redis: return "redis";
  }
  return "native";
}

void require_proc() {
  if (::access("/proc/self/stat", R_OK) == 0) return;
  throw Refusal("this command works by /proc, which is not mounted here: mount -t proc proc /proc");
}

Process look_at(pid_t pid) {
  const auto stat = stat_of(pid);
  if (!stat) throw not_there(pid);
  const std::string status = read_file(proc_path(pid, "status")).text;
  refuse_thread(pid, status);
  refuse_what_has_no_memory(pid, *stat);
  const Mapped mapped = mapped_files(pid);
  Process found{.pid = pid,
                .started = stat->started,
                .name = name_of(pid),
                .command = {},
                .executable = executable_of(pid),
                .user = effective_user(status),
                .state = stat->state,
                .threads = static_cast<std::size_t>(number(status, "Threads:")),
                .mappings = mapped.count,
                .descriptors = count_descriptors(pid),
                .memory = memory_in(status),
                .runtime = Runtime::native,
                .runtime_version = {}};
  found.command = command_of(pid, found.name);
  find_runtime(found, mapped);
  if (!still_runs(found)) {
    throw Refusal(fmt::format("process {} ended while it was looked at", pid));
  }
  return found;
}

bool still_runs(const Process& process) {
  const auto stat = stat_of(process.pid);
  return stat && stat->started == process.started && !is_dead(stat->state);
}

}  // namespace process
