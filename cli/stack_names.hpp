// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

/// The function and module at a code address of a process.
struct Frame {
  std::uintptr_t address = 0;
  std::string function;       ///< demangled; empty if the module has no symbol for it
  std::string module;         ///< the file's name without its directory; empty if none is mapped
  std::uintptr_t offset = 0;  ///< into the function, or else into the module
  std::string source;         ///< "fork_lock.cpp:163"; empty without debug information
};

/// "function+0x1c (fork_lock.cpp:163)", or "module+0x4711" if unnamed.
std::string print(const Frame& frame);

/// Converts "std::vector<int, std::allocator<int> >::f(std::string) [clone
/// .part.0]" to "std::vector<>::f()".
std::string shorten(std::string function);

class Modules;

/// Names the frames of a process's stacks.
///
/// Reads only files of this machine, never uses a debuginfod server.
/// Cost: reads a module's symbols at the first address within it; each address
/// is resolved once. Threads: one at a time.
class StackNames {
 public:
  /// Errors: throws `std::runtime_error` where the process cannot be read.
  explicit StackNames(pid_t pid);
  /// Skips debug information, which may be large: no frame has a `source`.
  explicit StackNames(std::shared_ptr<Modules> modules);
  StackNames(const StackNames&) = delete;

  /// `returns`: a return address, as in all frames of a stack except the
  /// innermost; the name is then that of the call. The result is valid until
  /// the next call.
  const Frame& at(const void* address, bool returns = true);
  const Frame& at(std::uintptr_t address, bool returns);

 private:
  const std::shared_ptr<Modules> modules_;
  const bool sources_ = false;
  std::map<std::pair<std::uintptr_t, bool>, Frame> known_;
  Frame unknown_;  ///< not cached: a module may be loaded there
};
