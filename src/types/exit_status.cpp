// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <forklift/exit_status.hpp>

#include <sys/wait.h>

#include <system_error>

#include "kernel/signal_name.hpp"

namespace forklift {

ExitStatus ExitStatus::from_wait(int status, std::optional<Usage> usage) noexcept {
  ExitStatus result;
  result.status_ = status;
  result.usage_ = usage;
  return result;
}

ExitStatus ExitStatus::of_still_running(int error) noexcept {
  ExitStatus result;
  result.refusal_ = error;
  return result;
}

bool ExitStatus::exited() const noexcept { return status_ && WIFEXITED(*status_); }
int ExitStatus::code() const noexcept { return status_ ? WEXITSTATUS(*status_) : -1; }
bool ExitStatus::signaled() const noexcept { return status_ && WIFSIGNALED(*status_); }
int ExitStatus::signal() const noexcept { return signaled() ? WTERMSIG(*status_) : 0; }
bool ExitStatus::core_dumped() const noexcept { return signaled() && WCOREDUMP(*status_); }

std::string ExitStatus::text() const {
  if (still_running()) {
    return "still running, as it cannot be killed: " + std::generic_category().message(refusal_);
  }
  if (lost()) return "lost";
  if (exited()) return "exited with " + std::to_string(code());
  return "killed by " + kernel::signal_name(signal()) + (core_dumped() ? ", core dumped" : "");
}

}  // namespace forklift
