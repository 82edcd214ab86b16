// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <array>
#include <optional>
#include <string>

/// One of the built Go programs while it hangs on its ForkLock; ends with scope.
class GoProgram {
 public:
  /// "plain", "stripped", "pie", "pie_stripped". None without Go.
  static std::optional<GoProgram> start(const std::string& kind);

  GoProgram(GoProgram&& other) noexcept;
  ~GoProgram();
  pid_t pid() const { return pid_; }

 private:
  GoProgram() = default;
  pid_t pid_ = -1;
  int input_ = -1;
};

constexpr std::array<const char*, 4> kinds_of_go_programs = {"plain", "stripped", "pie",
                                                             "pie_stripped"};
