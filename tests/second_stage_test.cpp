// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Events between the two stages of a child.

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <new>

#include "support.hpp"

using forklift::Command, forklift::Step;
using namespace std::chrono_literals;

namespace {

constexpr uid_t somebody = 61234;

// Another user's process that stops a given process, as soon as it may.
class Stopper {
 public:
  Stopper()
      : target_(new (::mmap(nullptr, sizeof(std::atomic<pid_t>), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0)) std::atomic<pid_t>(0)) {
    pid_ = ::fork();
    if (pid_ == 0) stop_forever();
  }
  ~Stopper() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::munmap(static_cast<void*>(target_), sizeof *target_);
  }
  void aim_at(pid_t pid) { target_->store(pid); }

 private:
  [[noreturn]] void stop_forever() {
    if (::setresuid(somebody, somebody, somebody) != 0) ::_exit(1);
    for (;;) {
      if (const pid_t pid = target_->load()) ::kill(pid, SIGSTOP);
    }
  }

  std::atomic<pid_t>* target_;
  pid_t pid_ = -1;
};

// Takes a while between changing its user and executing its program.
Command slow_to_exec() {
  std::string path;
  for (int i = 0; i < 5000; ++i) path += "/no/" + std::to_string(i) + ":";
  return Command("sleep")
      .arg("1000")
      .env("PATH", path + "/usr/bin:/bin")
      .user(somebody)
      .group(somebody);
}

}  // namespace

TEST_CASE("a child that its new user stops between the stages does not hold its parent") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: another user can be had as root only");
    return;
  }
  Stopper stopper;
  const Command command = slow_to_exec().launch_deadline(200ms);
  bool caught = false;
  const auto give_up = std::chrono::steady_clock::now() + 30s;
  while (!caught && std::chrono::steady_clock::now() < give_up) {
    const auto begin = std::chrono::steady_clock::now();
    forklift::Launch launch = command.start();
    stopper.aim_at(launch.pid());
    const auto child = std::move(launch).finish();
    stopper.aim_at(0);
    CHECK(std::chrono::steady_clock::now() - begin < 10s);
    if (!child) {
      CHECK(child.error().step() == Step::deadline);
      caught = child.error().step() == Step::deadline;
    }
  }
  CHECK(caught);
}
