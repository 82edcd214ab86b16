// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace watch {

/// The functions that a process generated at run time and listed in
/// /tmp/perf-PID.map for perf(1): "START SIZE NAME" in hexadecimal. The
/// directory and PID are those that the process itself sees.
class PerfMap {
 public:
  explicit PerfMap(pid_t pid);

  /// The function at an address; empty if none is known. Reads on when the file
  /// has grown, for at most a twentieth of the time.
  const std::string& at(std::uint64_t address);

 private:
  struct Function {
    std::uint64_t size = 0;
    std::string name;
  };
  using Clock = std::chrono::steady_clock;
  const std::string* find(std::uint64_t address) const;
  void read_on();
  void begin_anew(ino_t file);
  void take_lines(std::string_view piece);
  void take(std::string_view line);

  const pid_t pid_;
  std::map<std::uint64_t, Function> functions_;
  ino_t file_ = 0;
  off_t read_ = 0;
  std::string rest_;  ///< of a line that is still incomplete
  Clock::time_point next_look_;
};

}  // namespace watch
