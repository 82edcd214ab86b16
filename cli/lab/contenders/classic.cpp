// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/contenders/classic.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include "lab/contenders/by_hand.hpp"

namespace lab {
namespace {

// fork and exec, with the close-on-exec pipe that every careful library uses to
// learn the result of the exec.
class Fork : public ByHand {
 public:
  using ByHand::ByHand;

  Times launch() override {
    enter(Stage::launching);
    const Stopwatch watch;
    int report[2];
    if (::pipe2(report, O_CLOEXEC) < 0) fail("pipe2", errno);
    const pid_t pid = ::fork();
    if (pid < 0) fail("fork", errno);
    if (pid == 0) {
      ::execve(path(), argv(), ::environ);
      const int error = errno;
      [[maybe_unused]] const ssize_t sent = ::write(report[1], &error, sizeof error);
      ::_exit(127);
    }
    ::close(report[1]);
    int error = 0;
    const ssize_t told = ::read(report[0], &error, sizeof error);
    ::close(report[0]);
    if (told > 0) {
      reap(pid);
      fail("execve", error);
    }
    return blocking(watch, pid);
  }
};

class PosixSpawn : public ByHand {
 public:
  using ByHand::ByHand;

  Times launch() override {
    enter(Stage::launching);
    const Stopwatch watch;
    pid_t pid = -1;
    const int error = ::posix_spawn(&pid, path(), nullptr, nullptr, argv(), ::environ);
    if (error != 0) fail("posix_spawn", error);
    return blocking(watch, pid);
  }
};

// The floor: the minimum on Linux. It blocks no signal, resets no handler and
// uses no pidfd; a library could not be that careless.
class Floor : public ByHand {
 public:
  using ByHand::ByHand;

  Times launch() override {
    enter(Stage::launching);
    const Stopwatch watch;
    error_ = 0;
    const pid_t pid = ::clone(run, stack_ + sizeof stack_, CLONE_VM | CLONE_VFORK | SIGCHLD, this);
    if (pid < 0) fail("clone", errno);
    if (error_ != 0) {
      reap(pid);
      fail("execve", error_);
    }
    return blocking(watch, pid);
  }

 private:
  static int run(void* argument) {
    auto& self = *static_cast<Floor*>(argument);
    ::execve(self.path(), self.argv(), ::environ);
    self.error_ = errno;
    ::_exit(127);
  }

  volatile int error_ = 0;
  alignas(64) char stack_[64 * 1024];
};

}  // namespace

std::vector<ContenderKind> classic_kinds() {
  return {{"fork", "fork and exec, status by pipe", make_contender<Fork>},
          {"posix_spawn", "posix_spawn of the C library", make_contender<PosixSpawn>},
          {"vfork", "hand-written vfork: the floor", make_contender<Floor>}};
}

}  // namespace lab
