// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// A running child. It owns the pidfd, our ends of its pipes and a cgroup
// created for it. Every way to wait ends with `note_end`, and every way to
// release a child ends with `adopt_orphan`, so that no zombie and no cgroup
// stays.

#include <forklift/child.hpp>

#include <errno.h>
#include <signal.h>

#include <algorithm>
#include <new>
#include <utility>

#include "api/child_parts.hpp"
#include "api/tree.hpp"
#include "kernel/cancel_guard.hpp"
#include "kernel/fork_generation.hpp"
#include "kernel/process.hpp"
#include "kernel/write_nosigpipe.hpp"
#include "launch/cgroup_directory.hpp"
#include "launch/orphans.hpp"
#include "launch/reaper.hpp"

namespace forklift {
namespace {

// For a cgroup to be gone, after the end of its child.
constexpr std::chrono::seconds longest_removal(1);

Child::Duration left_for_removal(kernel::Deadline deadline) {
  if (deadline.is_never()) return longest_removal;
  return std::min<Child::Duration>(*deadline.point() - kernel::Deadline::Clock::now(),
                                   longest_removal);
}

std::chrono::microseconds as_span(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

Usage as_usage(const rusage& used) {
  constexpr std::int64_t kibibyte = 1024;
  return {.user = as_span(used.ru_utime),
          .system = as_span(used.ru_stime),
          .max_resident = used.ru_maxrss * kibibyte,
          .minor_faults = used.ru_minflt,
          .major_faults = used.ru_majflt,
          .voluntary_switches = used.ru_nvcsw,
          .involuntary_switches = used.ru_nivcsw};
}

std::optional<ExitStatus> as_status(const kernel::Reaped& end) {
  using State = kernel::Reaped::State;
  if (end.state == State::running) return std::nullopt;
  if (end.state == State::lost) return ExitStatus::of_lost();
  if (!end.has_usage) return ExitStatus::from_wait(end.status);
  return ExitStatus::from_wait(end.status, as_usage(end.usage));
}

}  // namespace

Child::Child(Parts&& parts)
    : pid_(parts.pid),
      pidfd_(std::move(parts.pidfd)),
      terminal_(std::move(parts.terminal)),
      guarantees_(parts.guarantees),
      cgroup_(std::move(parts.cgroup)),
      mark_(parts.mark) {
  for (auto& [target, descriptor] : parts.pipes) {
    if (target <= 2) {
      stdio_[target] = std::move(descriptor);
    } else {
      others_.emplace_back(target, std::move(descriptor));
    }
  }
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pidfd_(std::move(other.pidfd_)),
      announced_(std::move(other.announced_)),
      stdio_{std::move(other.stdio_[0]), std::move(other.stdio_[1]), std::move(other.stdio_[2])},
      others_(std::move(other.others_)),
      terminal_(std::move(other.terminal_)),
      guarantees_(other.guarantees_),
      cgroup_(std::exchange(other.cgroup_, {})),
      ended_(other.ended_),
      mark_(other.mark_) {}

Child& Child::operator=(Child&& other) noexcept {
  if (this != &other) {
    end();
    pid_ = std::exchange(other.pid_, -1);
    pidfd_ = std::move(other.pidfd_);
    announced_ = std::move(other.announced_);
    for (int i = 0; i < 3; ++i) stdio_[i] = std::move(other.stdio_[i]);
    others_ = std::move(other.others_);
    terminal_ = std::move(other.terminal_);
    guarantees_ = other.guarantees_;
    cgroup_ = std::exchange(other.cgroup_, {});
    ended_ = other.ended_;
    mark_ = other.mark_;
  }
  return *this;
}

Child::~Child() { end(); }

void Child::end() noexcept {
  if (pid_ < 0 || ended_ || mark_ != kernel::fork_generation()) return;
  kill(SIGKILL);
  wait_killed(Tree::process);
}

// Only root can signal a child that has become another user. Signal 0 checks
// the permission; a child that has ended since counts as permitted.
bool Child::leave_if_unkillable() noexcept {
  const kernel::CancelGuard guard;
  if (!is_awaited()) return false;
  const long asked = kernel::send_signal({pid_, pidfd_.get()}, 0);
  if (asked != -EPERM || try_wait()) return false;
  if (mark_ == kernel::fork_generation()) {
    launch::adopt_orphan(pid_, std::move(pidfd_), launch::OwnCgroup(std::exchange(cgroup_, {})));
  }
  ended_ = ExitStatus::of_still_running(EPERM);
  in().reset();
  return true;
}

// Signals its tree; true if it is to be killed and cannot be: it is not waited for.
bool Child::signal_or_leave(int signal) noexcept {
  const auto reached = ask_tree(*this, signal);
  return signal == SIGKILL && reached != Tree::cgroup && leave_if_unkillable();
}

// cgroup.kill needs no permission for the process.
ExitStatus Child::wait_killed(std::optional<Tree> reached) noexcept {
  if (reached != Tree::cgroup) leave_if_unkillable();
  return wait();
}

int Child::announce_end() noexcept {
  const kernel::CancelGuard guard;
  if (end_descriptor() >= 0 || pid_ < 0) return end_descriptor();
  try {
    if (auto announced = forklift::announce_end(pid_)) announced_ = std::move(*announced);
  } catch (const std::bad_alloc&) {
  }
  return announced_.get();
}

Fd& Child::pipe(int number) noexcept {
  if (number >= 0 && number <= 2) return stdio_[number];
  for (auto& [target, descriptor] : others_) {
    if (target == number) return descriptor;
  }
  none_.reset();
  return none_;
}

std::expected<std::size_t, std::error_code> Child::write_in(std::string_view bytes) noexcept {
  const long written = kernel::write_quietly(in().get(), bytes.data(), bytes.size());
  if (written >= 0) return static_cast<std::size_t>(written);
  return std::unexpected(std::error_code(static_cast<int>(-written), std::generic_category()));
}

// Processes that remain in a cgroup created for the child are killed with it.
// `patience` is that of the caller, which may be an event loop.
void Child::note_end(std::optional<ExitStatus> status, Duration patience) noexcept {
  const kernel::CancelGuard guard;
  ended_ = status;
  if (ended_ && !cgroup_.empty() && mark_ == kernel::fork_generation()) {
    launch::OwnCgroup(std::exchange(cgroup_, {})).remove(kernel::Deadline::after(patience));
  }
}

ExitStatus Child::wait() noexcept {
  in().reset();
  if (!ended_ && pid_ >= 0) {
    note_end(as_status(kernel::reap({pid_, pidfd_.get()})), longest_removal);
  }
  return ended_.value_or(ExitStatus::of_lost());
}

std::optional<ExitStatus> Child::wait_for(Duration limit) noexcept {
  if (!ended_ && pid_ < 0) return ExitStatus::of_lost();
  if (!ended_) {
    const kernel::Process self{pid_, pidfd_.get()};
    const bool look_once = limit <= Duration(0);
    const auto deadline = kernel::Deadline::after(limit);
    auto status = as_status(look_once ? kernel::try_reap(self) : kernel::reap(self, deadline));
    note_end(status, left_for_removal(deadline));
  }
  return ended_;
}

bool Child::kill(int signal) noexcept {
  return pid_ >= 0 && !ended_ && kernel::send_signal({pid_, pidfd_.get()}, signal) == 0;
}

ExitStatus Child::stop(Duration grace) noexcept {
  kill(SIGTERM);
  kill(SIGCONT);  // a stopped child does not handle SIGTERM
  if (const auto status = wait_for(grace)) return *status;
  kill(SIGKILL);
  return wait_killed(Tree::process);
}

void Child::detach() noexcept {
  const kernel::CancelGuard guard;
  if (pid_ >= 0 && !ended_ && mark_ == kernel::fork_generation()) {
    launch::adopt_orphan(pid_, std::move(pidfd_), launch::OwnCgroup(std::exchange(cgroup_, {})));
  }
  forget();
}

Fd Child::release() noexcept {
  Fd pidfd = std::move(pidfd_);
  cgroup_.clear();
  forget();
  return pidfd;
}

void Child::forget() noexcept {
  pid_ = -1;
  pidfd_.reset();
  announced_.reset();
  for (Fd& end : stdio_) end.reset();
  others_.clear();
  terminal_.reset();
}

}  // namespace forklift
