// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Another thread forks, and the new process lives on with copies of all
// descriptors, including the ends of the pipes by which launches report.

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "kinds_of_launch.hpp"

using forklift::Command;
using namespace std::chrono_literals;

namespace {

// By a raw call: no handler of pthread_atfork(3) runs, as in other runtimes.
pid_t fork_half() {
  const auto half = static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
  while (half == 0) ::syscall(SYS_rt_sigsuspend, nullptr, 0);
  return half;
}

void end_half(pid_t half) {
  if (half <= 0) return;
  ::kill(half, SIGKILL);
  ::waitpid(half, nullptr, 0);
}

// While one of these exists, a fork follows every pipe that is opened.
class ForkAtPipes {
 public:
  ForkAtPipes() { now = this; }
  ForkAtPipes(const ForkAtPipes&) = delete;
  ~ForkAtPipes() {
    now = nullptr;
    for (const pid_t half : halves_) end_half(half);
  }
  void fork() { halves_.push_back(fork_half()); }

  static inline ForkAtPipes* now = nullptr;

 private:
  std::vector<pid_t> halves_;
};

// Forks all the time, as long as it lives. Each forked process sleeps, and is
// killed once there are a few younger ones.
class Forker {
 public:
  Forker() : thread_([this] { run(); }) {}
  ~Forker() {
    enough_ = true;
    thread_.join();
    for (const pid_t half : halves_) end_half(half);
  }

 private:
  static constexpr std::size_t kept = 16;

  void run() {
    for (std::size_t i = 0; !enough_; i = (i + 1) % kept) {
      end_half(halves_[i]);
      halves_[i] = fork_half();
    }
  }

  std::atomic<bool> enough_{false};
  pid_t halves_[kept]{};
  std::thread thread_;
};

}  // namespace

// The library's calls come here, too.
extern "C" int pipe2(int* ends, int flags) {
  if (::syscall(SYS_pipe2, ends, flags) < 0) return -1;
  if (ForkAtPipes::now) ForkAtPipes::now->fork();
  return 0;
}

TEST_CASE("launches succeed in time though a half of the program has all their pipes") {
  // The program never ends: a launch that waits for it passes its deadline.
  const Command command = Command("sleep").arg("1000").launch_deadline(60s);
  for (const KindOfLaunch& kind : kinds_of_launch()) {
    CAPTURE(std::string(kind.name));
    const auto begin = std::chrono::steady_clock::now();
    {
      const ForkAtPipes halves;
      bool went_well = false;
      CHECK_NOTHROW(went_well = kind.run(command));
      CHECK(went_well);
    }
    CHECK(std::chrono::steady_clock::now() - begin < 50s);
  }
}

TEST_CASE("the end of a child is announced though a half of the program has the pipe") {
  forklift::Child child = Command("true").spawn();
  const ForkAtPipes halves;
  pollfd entry{child.announce_end(), POLLIN, 0};
  if (entry.fd < 0) return;
  CHECK(::poll(&entry, 1, 50'000) == 1);
  CHECK(child.wait().success());
}

TEST_CASE("a failure to execute is reported though a half of the program has the pipe") {
  const ForkAtPipes halves;
  const auto child =
      with_second_stage(Command("/no/such/program")).launch_deadline(60s).try_spawn();
  REQUIRE_FALSE(child);
  CHECK(child.error().step() == forklift::Step::exec);
  CHECK(child.error().code() == std::errc::no_such_file_or_directory);
}

TEST_CASE("launches succeed in time beside a thread that forks halves that live on") {
  // The program never ends: a launch that waits for it passes its deadline.
  const Command command = Command("sleep").arg("1000").launch_deadline(60s);
  const Forker forker;
  for (const KindOfLaunch& kind : kinds_of_launch()) {
    CAPTURE(std::string(kind.name));
    const auto end = std::chrono::steady_clock::now() + 50ms;
    do {
      const auto begin = std::chrono::steady_clock::now();
      bool went_well = false;
      CHECK_NOTHROW(went_well = kind.run(command));
      CHECK(went_well);
      CHECK(std::chrono::steady_clock::now() - begin < 50s);
    } while (std::chrono::steady_clock::now() < end);
  }
}
