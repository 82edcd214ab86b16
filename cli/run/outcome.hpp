// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <exception>
#include <forklift/command.hpp>
#include <optional>
#include <string>

namespace run {

struct RunRequest;

// The exit statuses of `forklift run`, besides the program's.
inline constexpr int exit_timeout = 124;
inline constexpr int exit_failure = 125;
inline constexpr int exit_not_runnable = 126;
inline constexpr int exit_not_found = 127;
inline constexpr int exit_by_signal = 128;

/// The outcome of a request.
struct Outcome {
  using Time = std::chrono::steady_clock::duration;

  std::optional<forklift::LaunchError> failure;
  int interrupted = 0;  ///< the signal that ended the launch, or 0
  bool timed_out = false;

  pid_t pid = -1;
  forklift::Guarantees guarantees;
  std::string cgroup;
  std::optional<forklift::ExitStatus> status;

  Time hold{0};    ///< until our thread could continue
  Time launch{0};  ///< until the program ran
  Time finish{0};  ///< until it had ended and was reaped
};

/// Launches the request's program, supervises it, and returns the outcome.
Outcome execute(RunRequest& request);

/// The exit status for it.
int exit_status(const RunRequest& request, const Outcome& outcome);

/// The figures, as text or as one line of JSON.
std::string print_stats(const RunRequest& request, const Outcome& outcome);

}  // namespace run
