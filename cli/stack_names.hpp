// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

/// What lies at a code address of a process.
struct Frame {
  std::uintptr_t address = 0;
  std::string function;       ///< demangled; empty where the module has no symbol for it
  std::string module;         ///< the file's name without its folder; empty where none is mapped
  std::uintptr_t offset = 0;  ///< into the function, or else into the module
  std::string source;         ///< "fork_lock.cpp:163"; empty without debug information
};

/// "function+0x1c (fork_lock.cpp:163)", or "module+0x4711" where there is no name.
std::string print(const Frame& frame);

/// "std::vector<int, std::allocator<int> >::f(std::string) [clone .part.0]" to
/// "std::vector<>::f()".
std::string shorten(std::string function);

class Modules;

/// Names the frames of a process's stacks.
///
/// Looks at files of this machine only, never at a debuginfod server.
/// Cost: reads a module's symbols at the first address within it; each address
/// is resolved once. Threads: one at a time.
class StackNames {
 public:
  /// Errors: throws `std::runtime_error` where the process cannot be looked at.
  explicit StackNames(pid_t pid);
  /// Reads no debug information, which may be large: no frame has a `source`.
  explicit StackNames(std::shared_ptr<Modules> modules);
  StackNames(const StackNames&) = delete;

  /// `returns`: the address is one that a call returns to, as all frames of a
  /// stack but the innermost are; what is named then is the call. What is given
  /// lives until the next call.
  const Frame& at(const void* address, bool returns = true);
  const Frame& at(std::uintptr_t address, bool returns);

 private:
  const std::shared_ptr<Modules> modules_;
  const bool sources_ = false;
  std::map<std::pair<std::uintptr_t, bool>, Frame> known_;
  Frame unknown_;  ///< not kept: something may be loaded there
};
