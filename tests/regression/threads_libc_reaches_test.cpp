// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// For setuid(2) and similar calls libc sends a signal to every thread, and
// waits for all answers: a thread of ours that blocked it made the program
// hang.

#include <grp.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <forklift/stall.hpp>
#include <fstream>
#include <thread>

#include "../comes_true.hpp"
#include "kinds_of_launch.hpp"

using forklift::Command;
using namespace std::chrono_literals;

namespace {

// A hang ends the test as a failure.
class Limit {
 public:
  Limit() { ::alarm(120); }
  ~Limit() { ::alarm(0); }
};

bool sets_its_ids() {
  std::vector<gid_t> groups(static_cast<std::size_t>(::getgroups(0, nullptr)));
  const int count = ::getgroups(static_cast<int>(groups.size()), groups.data());
  const bool may_set_groups = ::geteuid() == 0;
  return ::setuid(::getuid()) == 0 && ::setgid(::getgid()) == 0 &&
         (!may_set_groups || ::setgroups(static_cast<std::size_t>(count), groups.data()) == 0);
}

bool cancels_a_thread() {
  pthread_t thread{};
  const auto rest = [](void*) -> void* {
    for (;;) ::pause();
  };
  if (::pthread_create(&thread, nullptr, rest, nullptr) != 0) return false;
  void* result = nullptr;
  return ::pthread_cancel(thread) == 0 && ::pthread_join(thread, &result) == 0 &&
         result == PTHREAD_CANCELED;
}

bool forks() {
  const pid_t half = ::fork();
  if (half == 0) ::_exit(0);
  int status = -1;
  return half > 0 && ::waitpid(half, &status, 0) == half && status == 0;
}

// The signals that a thread blocks, as proc(5) prints them: bit n - 1 for signal n.
unsigned long long blocked_by(const std::filesystem::path& thread) {
  std::ifstream file(thread / "status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("SigBlk:")) return std::stoull(line.substr(7), nullptr, 16);
  }
  return 0;
}

int threads_that_block_libcs() {
  constexpr unsigned long long libcs = 3ULL << 31;  // 32 and 33
  int count = 0;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
    count += (blocked_by(thread.path()) & libcs) != 0;
  }
  return count;
}

}  // namespace

TEST_CASE("setuid, setgid, setgroups, pthread_cancel and fork work beside every kind of launch") {
  const Limit limit;
  const forklift::StallMeter meter;
  const Command command = Command("sleep").arg("1000");
  for (const KindOfLaunch& kind : kinds_of_launch()) {
    CAPTURE(std::string(kind.name));
    std::atomic<bool> enough{false}, launched{false};
    int failed = 0;
    std::thread launcher([&] {  // not the program's first
      do {
        if (!kind.run(command)) ++failed;
        launched = true;
      } while (!enough);
    });
    const auto end = std::chrono::steady_clock::now() + 50ms;
    while (!launched || std::chrono::steady_clock::now() < end) {
      CHECK(sets_its_ids());
      CHECK(cancels_a_thread());
      CHECK(forks());
    }
    enough = true;
    launcher.join();
    CHECK(failed == 0);
  }
}

TEST_CASE("no thread that stays blocks a signal that libc sends between threads") {
  forklift::StallMeter meter;
  meter.on_stall([](const forklift::StallReport&) {});
  std::thread([] { Command("true").die_with_parent().spawn().wait(); }).join();
  forklift::Child child = Command("true").spawn();
  child.announce_end();
  child.wait();
  // A thread that is about to end blocks all signals for a moment.
  CHECK(comes_true([] { return threads_that_block_libcs() == 0; }));
}
