// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <forklift/export.hpp>
#include <optional>
#include <string>

namespace forklift {

/// The resources that a child and its own reaped children used (getrusage(2)).
struct Usage {
  std::chrono::microseconds user{};    ///< CPU time in user mode
  std::chrono::microseconds system{};  ///< CPU time in the kernel
  std::int64_t max_resident = 0;       ///< bytes
  std::int64_t minor_faults = 0;
  std::int64_t major_faults = 0;
  std::int64_t voluntary_switches = 0;
  std::int64_t involuntary_switches = 0;
};

/// How a child ended.
///
/// If another part of the program took the status with waitpid(-1), or if SIGCHLD
/// is ignored, the status is still returned since Linux 6.15, without usage; on
/// older kernels it is `lost()`.
class FORKLIFT_EXPORT ExitStatus {
 public:
  /// Decodes a status of wait(2).
  static ExitStatus from_wait(int status, std::optional<Usage> usage = {}) noexcept;
  static ExitStatus of_lost() noexcept { return ExitStatus(); }
  /// Of a child that runs on because the kernel refused to signal it.
  static ExitStatus of_still_running(int error) noexcept;

  /// Exited with code 0.
  bool success() const noexcept { return exited() && code() == 0; }
  bool exited() const noexcept;
  /// The exit code, 0 to 255. Requires: `exited()`.
  int code() const noexcept;
  bool signaled() const noexcept;
  /// The signal that killed it. Requires: `signaled()`.
  int signal() const noexcept;
  bool core_dumped() const noexcept;
  /// The child has ended, and its status is not available.
  bool lost() const noexcept { return !status_ && refusal_ == 0; }
  /// The child had not ended: the kernel refused to kill it, as it does when the
  /// child has become another user (sudo). A later launch reaps it.
  bool still_running() const noexcept { return refusal_ != 0; }
  /// The errno of that refusal, usually EPERM; 0 unless `still_running()`.
  int refusal() const noexcept { return refusal_; }

  const std::optional<Usage>& usage() const noexcept { return usage_; }

  /// "exited with 3", "killed by SIGKILL", "killed by SIGSEGV, core dumped", "lost",
  /// "still running, as it cannot be killed: Operation not permitted".
  std::string text() const;

  /// Compares how they ended, not what they used.
  friend bool operator==(const ExitStatus& a, const ExitStatus& b) noexcept {
    return a.status_ == b.status_ && a.refusal_ == b.refusal_;
  }

 private:
  std::optional<int> status_;
  int refusal_ = 0;
  std::optional<Usage> usage_;
};

}  // namespace forklift
