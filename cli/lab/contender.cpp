// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/contender.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <forklift/command.hpp>
#include <stdexcept>

namespace lab {
namespace {

using Clock = std::chrono::steady_clock;

class Stopwatch {
 public:
  double read() const {
    return std::chrono::duration<double, std::micro>(Clock::now() - start_).count();
  }

 private:
  Clock::time_point start_ = Clock::now();
};

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
    reap(pid);
    times.finish = watch.read();
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

class Forklift : public Contender {
 public:
  explicit Forklift(const std::string& program) : command_(program) {}

  Times launch() override {
    Times times;
    const Stopwatch watch;
    forklift::Child child = command_.spawn();
    times.hold = times.launch = watch.read();
    child.wait();
    times.finish = watch.read();
    return times;
  }

 private:
  forklift::Command command_;
};

class ForkliftAsync : public Contender {
 public:
  explicit ForkliftAsync(const std::string& program) : command_(program) {}

  Times launch() override {
    Times times;
    const Stopwatch watch;
    forklift::Launch launch = command_.start();
    times.hold = watch.read();
    auto child = std::move(launch).finish();
    if (!child) throw std::move(child.error());
    times.launch = watch.read();
    child->wait();
    times.finish = watch.read();
    return times;
  }

 private:
  forklift::Command command_;
};

template <class T>
std::unique_ptr<Contender> make(const std::string& program) {
  return std::make_unique<T>(program);
}

struct Entry {
  std::string name;
  std::string_view description;
  std::unique_ptr<Contender> (*make)(const std::string& program);
};

const std::vector<Entry>& entries() {
  static const std::vector<Entry> all = {
      {"fork", "fork and exec, status by pipe", make<Fork>},
      {"posix_spawn", "posix_spawn of the C library", make<PosixSpawn>},
      {"vfork", "hand-written vfork: the floor", make<Floor>},
      {"forklift", "Command::spawn", make<Forklift>},
      {"forklift-async", "Command::start: the caller goes on", make<ForkliftAsync>},
  };
  return all;
}

const Entry& entry(const std::string& name) {
  for (const Entry& known : entries()) {
    if (known.name == name) return known;
  }
  throw std::invalid_argument("unknown contender '" + name + "'");
}

}  // namespace

const std::vector<std::string>& contender_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Entry& known : entries()) all.push_back(known.name);
    return all;
  }();
  return names;
}

std::string_view describe(const std::string& name) { return entry(name).description; }

std::unique_ptr<Contender> make_contender(const std::string& name, const std::string& program) {
  return entry(name).make(program);
}

}  // namespace lab
