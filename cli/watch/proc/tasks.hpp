// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace watch {

/// Empty once the process has ended.
std::vector<pid_t> threads_of(pid_t pid);

/// Children of one thread that still exist, as far as the kernel lists them.
std::vector<pid_t> children_of(pid_t pid, pid_t thread);

/// "/proc/PID/task/TID/FILE".
std::string task_file(pid_t pid, pid_t thread, const char* file);

/// comm; empty once it has ended.
std::string thread_name(pid_t pid, pid_t thread);

/// The base name of its executable, or else its comm; empty once it has ended.
std::string program_of(pid_t pid);

/// A field of /proc/PID/stat by its number in proc(5), from 3 on; 0 if absent.
std::uint64_t stat_number(std::string_view stat, unsigned field);

/// Pids in a text with blanks between them.
std::vector<pid_t> pids_in(std::string_view text);

}  // namespace watch
