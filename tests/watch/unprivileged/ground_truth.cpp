// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "ground_truth.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <fstream>
#include <thread>

#include "watch/proc/clock.hpp"
#include "watch/proc/tasks.hpp"

extern char** environ;

namespace truth {
namespace {

constexpr std::size_t page = 4096;
constexpr auto pace = std::chrono::microseconds(200);
constexpr auto between_calls = std::chrono::milliseconds(60);

char* fill(std::size_t size) {
  void* const memory =
      mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) _exit(1);
  madvise(memory, size, MADV_NOHUGEPAGE);
  auto* const bytes = static_cast<char*>(memory);
  for (std::size_t at = 0; at < size; at += page) bytes[at] = 1;
  return bytes;
}

[[noreturn]] void touch(char* memory, std::size_t size, std::size_t seed) {
  for (std::size_t at = seed * 7919;; ++at) {
    for (std::size_t i = 0; i < 16; ++i) memory[(at * 16 + i) % (size / page) * page + seed]++;
    std::this_thread::sleep_for(pace);
  }
}

pid_t clone_child(Way way) {
  if (way == Way::posix_spawn) {
    pid_t child = -1;
    char name[] = "true";
    char* const arguments[] = {name, nullptr};
    return posix_spawn(&child, "/bin/true", nullptr, nullptr, arguments, environ) == 0 ? child : -1;
  }
  const pid_t child = fork();
  if (child == 0) _exit(0);
  return child;
}

watch::Nanoseconds now_of(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::chrono::seconds(now.tv_sec) + watch::Nanoseconds(now.tv_nsec);
}

Timed time_one(Way way) {
  const auto processor_begin = now_of(CLOCK_THREAD_CPUTIME_ID);
  const auto begin = now_of(CLOCK_MONOTONIC);
  const pid_t child = clone_child(way);
  const auto end = now_of(CLOCK_MONOTONIC);
  const auto processor = now_of(CLOCK_THREAD_CPUTIME_ID) - processor_begin;
  waitpid(child, nullptr, 0);
  return {.begin = begin, .duration = end - begin, .processor = processor};
}

[[noreturn]] void live(const Target::Plan& plan, int orders, int told) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  char* const memory = fill(plan.memory);
  for (int i = 0; i < plan.threads; ++i) {
    std::thread(touch, memory, plan.memory, static_cast<std::size_t>(i) + 1).detach();
  }
  // All is in place: this is awaited.
  const Timed ready{};
  if (write(told, &ready, sizeof ready) < 0) _exit(1);
  for (int calls = 0; read(orders, &calls, sizeof calls) == sizeof calls;) {
    std::vector<Timed> all;
    for (int i = 0; i < calls; ++i) {
      std::this_thread::sleep_for(between_calls);
      all.push_back(time_one(plan.way));
    }
    if (write(told, all.data(), all.size() * sizeof(Timed)) < 0) break;
  }
  _exit(0);
}

}  // namespace

Target::Target(const Plan& plan) {
  int orders[2];
  int told[2];
  REQUIRE(pipe2(orders, O_CLOEXEC) == 0);
  REQUIRE(pipe2(told, O_CLOEXEC) == 0);
  pid_ = fork();
  REQUIRE(pid_ >= 0);
  if (pid_ == 0) {
    close(orders[1]);
    live(plan, orders[0], told[1]);
  }
  close(orders[0]);
  close(told[1]);
  orders_ = forklift::Fd(orders[1]);
  told_ = forklift::Fd(told[0]);
  Timed ready;
  REQUIRE(read(told_.get(), &ready, sizeof ready) == sizeof ready);
}

Target::~Target() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void Target::make(int calls) {
  calls_ = calls;
  REQUIRE(write(orders_.get(), &calls, sizeof calls) == sizeof calls);
}

bool Target::done() const {
  pollfd told{.fd = told_.get(), .events = POLLIN, .revents = 0};
  return poll(&told, 1, 0) > 0;
}

std::vector<Timed> Target::take_calls() {
  std::vector<Timed> all(static_cast<std::size_t>(calls_));
  const auto size = static_cast<ssize_t>(all.size() * sizeof(Timed));
  REQUIRE(read(told_.get(), all.data(), static_cast<std::size_t>(size)) == size);
  return all;
}

watch::Nanoseconds Target::run_delay() const {
  std::int64_t all = 0;
  for (const pid_t thread : watch::threads_of(pid_)) {
    std::ifstream file(watch::task_file(pid_, thread, "schedstat"));
    std::int64_t ran = 0;
    std::int64_t waited = 0;
    file >> ran >> waited;
    all += waited;
  }
  return watch::Nanoseconds(all);
}

watch::Recording Target::recording() const {
  watch::Recording recording;
  recording.header.target.pid = pid_;
  return recording;
}

}  // namespace truth
