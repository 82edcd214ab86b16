// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <forklift/fd.hpp>
#include <string>
#include <thread>

namespace lab::hang {

/// A program whose exec blocks for a while, as on a file server that does not
/// answer.
///
/// It is a copy in the directory for temporary files. Opening it for exec waits
/// for our permission (fanotify(7), FAN_OPEN_EXEC_PERM), which comes late; SIGKILL
/// ends the wait, as on an interruptible mount. Other files are not affected.
/// Requires: CAP_SYS_ADMIN, Linux 5.0.
class StuckProgram {
 public:
  /// Errors: throws `std::runtime_error` with one line.
  StuckProgram(const std::string& program, std::chrono::milliseconds delay);
  /// Permits the execs that still wait.
  ~StuckProgram();
  StuckProgram(const StuckProgram&) = delete;

  const std::string& path() const { return path_; }

 private:
  void permit_late(std::chrono::milliseconds delay);

  std::string path_;
  forklift::Fd events_, end_;
  std::thread thread_;
};

}  // namespace lab::hang
