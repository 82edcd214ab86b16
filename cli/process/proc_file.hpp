// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Reads the lines and words of /proc.
namespace process {

/// The whole of a file, or errno.
struct Text {
  std::string text;
  int error = 0;
};

Text read_file(const std::string& path);

/// "/proc/4711/status".
std::string proc_path(pid_t pid, std::string_view file);

/// The rest of the line that starts with `key`, without leading blanks; empty
/// if there is none.
std::string_view field(std::string_view text, std::string_view key);

/// A number at the start of such a line; 0 if there is none.
std::uint64_t number(std::string_view text, std::string_view key);

/// The same in bytes, of a line in kB.
std::uint64_t bytes(std::string_view text, std::string_view key);

/// Printable, also as JSON: bytes that are not text are replaced by '?'.
std::string printable(std::string_view text);

/// /proc/PID/stat.
struct Stat {
  char state = '?';
  bool of_kernel = false;  ///< a kernel thread
  std::size_t threads = 0;
  std::uint64_t started = 0;  ///< clock ticks after boot
};

/// None if there is no such process.
std::optional<Stat> stat_of(pid_t pid);

/// The number of its threads that run or wait for a processor now, among its
/// first thousands.
std::size_t count_running(pid_t pid);

/// Of all processes and kernel threads.
std::vector<pid_t> all_ids();

/// The number of open descriptors; none if not permitted.
std::optional<std::size_t> count_descriptors(pid_t pid);

}  // namespace process
