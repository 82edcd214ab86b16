// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>

#include "lab/contenders/stopwatch.hpp"

namespace lab {

/// Throws the error of a call, as `std::runtime_error`.
[[noreturn]] void fail(const char* call, int error);

void reap(pid_t pid);

/// The common part of launchers made of plain system calls.
class ByHand : public Contender {
 public:
  explicit ByHand(std::string program) : program_(std::move(program)) {}

 protected:
  const char* path() const { return program_.c_str(); }
  char* const* argv() { return argv_; }

  /// A launch that returns once the program runs: measures and reaps.
  Times blocking(const Stopwatch& watch, pid_t pid);

 private:
  std::string program_;
  char* argv_[2] = {program_.data(), nullptr};
};

}  // namespace lab
