// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What /proc says in lines and words.
namespace process {

/// The whole of a file, or errno.
struct Text {
  std::string text;
  int error = 0;
};

Text read_file(const std::string& path);

/// "/proc/4711/status".
std::string proc_path(pid_t pid, std::string_view file);

/// The rest of the line that starts with `key`, without blanks before it; empty
/// if there is none.
std::string_view field(std::string_view text, std::string_view key);

/// A number at the beginning of such a line; 0 if there is none.
std::uint64_t number(std::string_view text, std::string_view key);

/// The same in bytes, of a line in kB.
std::uint64_t bytes(std::string_view text, std::string_view key);

/// Fit for a terminal and for JSON: what is no text is replaced by '?'.
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

/// How many of its threads run or wait for a processor at this moment; of the
/// first thousands.
std::size_t count_running(pid_t pid);

/// Of all processes and kernel threads.
std::vector<pid_t> all_ids();

/// How many descriptors are open; none if that may not be known.
std::optional<std::size_t> count_descriptors(pid_t pid);

}  // namespace process
