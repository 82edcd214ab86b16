// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>

/// Small pages of memory, written to and kept.
inline void fill_memory(std::size_t size) {
  void* const mapped =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) ::_exit(errno);
  ::madvise(mapped, size, MADV_NOHUGEPAGE);
  for (std::size_t at = 0; at < size; at += 4096) static_cast<volatile char*>(mapped)[at] = 1;
}

/// A copy of this process that prepares itself and sleeps until it is killed,
/// at the latest by the destructor.
class Sleeper {
 public:
  template <class Prepare>
  explicit Sleeper(Prepare prepare) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ready_ = ends[1];
      prepare();
      tell_ready();
      for (;;) ::pause();
    }
    ::close(ends[1]);
    char byte = 0;
    const bool is_ready = ::read(ends[0], &byte, 1) == 1;
    ::close(ends[0]);
    REQUIRE(is_ready);
  }
  Sleeper(const Sleeper&) = delete;
  ~Sleeper() {
    kill();
    reap();
  }

  pid_t pid() const noexcept { return pid_; }

  /// Within the child.
  static void tell_ready() {
    if (::write(ready_, "", 1) != 1) ::_exit(errno);
  }

  /// It is dead when this returns, and a zombie.
  void kill() {
    if (reaped_) return;
    ::kill(pid_, SIGKILL);
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
  }

  void reap() {
    if (!reaped_) ::waitpid(pid_, nullptr, 0);
    reaped_ = true;
  }

 private:
  static inline int ready_ = -1;
  pid_t pid_ = -1;
  bool reaped_ = false;
};
