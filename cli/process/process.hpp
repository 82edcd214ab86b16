// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

/// Another process as described by /proc. Read only; the process does not
/// notice.
namespace process {

/// The runtime of a program; it decides the advice.
enum class Runtime { native, go, cpython, jvm, node, redis };

std::string name(Runtime runtime);

/// In bytes; 0 if the kernel does not report it.
struct Memory {
  std::uint64_t mapped = 0;
  std::uint64_t resident = 0;
  std::uint64_t anonymous = 0;  ///< resident and private: its tables are copied by a fork
  std::uint64_t swapped = 0;
  std::uint64_t page_tables = 0;  ///< VmPTE: what a fork copies
  std::uint64_t huge = 0;         ///< resident in huge pages, which have small tables

  bool operator==(const Memory&) const = default;
};

struct Process {
  pid_t pid = 0;
  std::uint64_t started = 0;  ///< clock ticks after boot: differs from a later one with its pid
  std::string name;           ///< comm
  std::string command;        ///< as typed; the name if there is none
  std::string executable;     ///< path, empty if it may not be read
  uid_t user = 0;             ///< effective
  char state = '?';           ///< as in ps(1)
  std::size_t threads = 0;
  std::size_t mappings = 0;                ///< 0 if they may not be read
  std::optional<std::size_t> descriptors;  ///< none if they may not be counted
  Memory memory;
  Runtime runtime = Runtime::native;
  std::string runtime_version;  ///< "go1.19.8", "3.11", "17.0.15", "7.0.15"; empty if unknown

  bool operator==(const Process&) const = default;
};

/// The process named by number in a text.
///
/// Errors: throws `std::invalid_argument` with the reason.
pid_t pid_of(const std::string& text);

/// Reports in one line that a command requires /proc, where it is missing.
///
/// Errors: throws `Refusal`.
void require_proc();

/// Errors: throws `Refusal` with one line that names the pid: no such process,
/// a kernel thread, a zombie, or it ended meanwhile.
/// Cost: some milliseconds; reads neither its memory nor smaps.
Process look_at(pid_t pid);

/// Whether it is still the same process and not a zombie.
bool still_runs(const Process& process);

}  // namespace process
