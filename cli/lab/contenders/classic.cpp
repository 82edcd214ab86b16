// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/contenders/classic.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "lab/contenders/stopwatch.hpp"

namespace lab {
namespace {

[[noreturn]] void fail(const char* what, int error) {
  throw std::runtime_error(std::string(what) + ": " + ::strerror(error));
}

void reap(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) fail("waitpid", errno);
  }
}

// What the classic launchers have in common.
class Classic : public Contender {
 public:
  explicit Classic(std::string program) : program_(std::move(program)) {}

 protected:
  const char* path() const { return program_.c_str(); }
  char* const* argv() { return argv_; }

  // A launch that returns once the program runs.
  Times blocking(const Stopwatch& watch, pid_t pid) {
    Times times;
    times.hold = times.launch = watch.read();
    enter(Stage::waiting_for_child);
    reap(pid);
    times.finish = watch.read();
    enter(Stage::running);
    return times;
  }

 private:
  std::string program_;
  char* argv_[2] = {program_.data(), nullptr};
};

// fork and exec, with the close-on-exec pipe by which every careful library
// learns whether the exec went well.
class Fork : public Classic {
 public:
  using Classic::Classic;

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

class PosixSpawn : public Classic {
 public:
  using Classic::Classic;

  Times launch() override {
    enter(Stage::launching);
    const Stopwatch watch;
    pid_t pid = -1;
    const int error = ::posix_spawn(&pid, path(), nullptr, nullptr, argv(), ::environ);
    if (error != 0) fail("posix_spawn", error);
    return blocking(watch, pid);
  }
};

// The floor: the least that Linux lets one do. It blocks no signal, resets no
// handler and knows no pidfd; a library could not be that careless.
class Floor : public Classic {
 public:
  using Classic::Classic;

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

template <class T>
std::unique_ptr<Contender> make(const std::string& program) {
  return std::make_unique<T>(program);
}

}  // namespace

std::vector<Kind> classic_kinds() {
  return {{"fork", "fork and exec, status by pipe", make<Fork>},
          {"posix_spawn", "posix_spawn of the C library", make<PosixSpawn>},
          {"vfork", "hand-written vfork: the floor", make<Floor>}};
}

}  // namespace lab
