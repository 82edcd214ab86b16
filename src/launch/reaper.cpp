// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Where a child's end can be waited for by number only, one thread waits for
// the end of any child, checks which of the watched ones have ended, and writes
// to and closes a pipe for each of them.

#include "launch/reaper.hpp"

#include <errno.h>
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <forklift/fork_lock.hpp>
#include <memory>
#include <system_error>
#include <thread>
#include <vector>

#include "kernel/per_process.hpp"
#include "kernel/process.hpp"
#include "kernel/quiet_thread.hpp"
#include "kernel/raw.hpp"
#include "kernel/wait.hpp"

namespace forklift {
namespace {

using kernel::Deadline;

struct Watched {
  pid_t pid;
  Fd pipe;  // closed at the end
  Watched* next = nullptr;

  // A fork elsewhere in the program can hold a copy of the pipe's end, which
  // then does not hang up; a byte makes it readable all the same. If there is
  // no reader, SIGPIPE is blocked on this thread.
  void announce() const noexcept { kernel::raw::call(SYS_write, pipe.get(), "", 1); }
};

class Reaper {
 public:
  // Errors: an errno; the next call tries again.
  std::expected<void, int> start() {
    if (started_.exchange(true)) return {};
    try {
      kernel::start_quiet_thread(&Reaper::work, this).detach();
      return {};
    } catch (const std::system_error& error) {
      started_ = false;
      return std::unexpected(error.code().value());
    }
  }

  void watch(Watched* watched) noexcept {
    watched->next = asked_for_.load();
    while (!asked_for_.compare_exchange_weak(watched->next, watched)) {
    }
    __atomic_store_n(&idle_, 0, __ATOMIC_SEQ_CST);
    kernel::wake_all(idle_);
  }

  void work() {
    for (;;) {
      take_in();
      const auto before = watched_.size();
      std::erase_if(watched_, [](const auto& one) {
        const bool ended = has_ended(one->pid);
        if (ended) one->announce();
        return ended;
      });
      if (watched_.empty()) {
        rest(Deadline::never());
      } else if (watched_.size() == before && !await_any()) {
        // An unreaped child keeps the kernel from letting us wait.
        rest(Deadline::after(std::chrono::milliseconds(10)));
      }
    }
  }

 private:
  static bool has_ended(pid_t pid) noexcept {
    siginfo_t end{};
    const long got = kernel::peek(P_PID, pid, end, WNOHANG);
    return got == -ECHILD || end.si_pid != 0;
  }

  void take_in() {
    for (Watched* each = asked_for_.exchange(nullptr); each;) {
      watched_.emplace_back(each);
      each = each->next;
    }
  }

  // True when a watched child has ended, or was reaped by other code.
  bool await_any() noexcept {
    siginfo_t end{};
    const long got = kernel::peek(P_ALL, 0, end, 0);
    return got < 0 || std::ranges::any_of(
                          watched_, [&end](const auto& one) { return one->pid == end.si_pid; });
  }

  void rest(Deadline deadline) noexcept {
    __atomic_store_n(&idle_, 1, __ATOMIC_SEQ_CST);
    if (!asked_for_.load()) kernel::wait_until_cleared(idle_, deadline);
  }

  std::atomic<bool> started_{false};
  std::atomic<Watched*> asked_for_{nullptr};
  std::uint32_t idle_ = 0;
  std::vector<std::unique_ptr<Watched>> watched_;  // owned by the thread
};

constinit kernel::PerProcess<Reaper> reapers;

}  // namespace

std::expected<Fd, int> announce_end(pid_t pid) {
  auto pipe = fork_exec_pipe();
  if (!pipe) return std::unexpected(pipe.error().value());
  Reaper& reaper = reapers.get();
  if (const auto started = reaper.start(); !started) return std::unexpected(started.error());
  reaper.watch(new Watched{pid, std::move(pipe->writing)});
  return std::move(pipe->reading);
}

}  // namespace forklift
