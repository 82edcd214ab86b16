// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/tracing/target.hpp"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <new>
#include <string>
#include <thread>
#include <vector>

namespace {

using std::chrono::nanoseconds;

nanoseconds now() {
  return std::chrono::duration_cast<nanoseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
}

char* ballast = nullptr;
std::size_t ballast_pages = 0;
int gate = -1, arrivals = -1;

void fill(std::size_t megabytes) {
  const std::size_t size = megabytes << 20;
  ballast = static_cast<char*>(
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  ::madvise(ballast, size, MADV_NOHUGEPAGE);
  ballast_pages = size / 4096;
  for (std::size_t page = 0; page < ballast_pages; ++page) ballast[page * 4096] = 1;
}

// The part of a call that one step of a thread covers.
bool most_of(const Target::Truth& truth, nanoseconds from, nanoseconds to) {
  const nanoseconds begin(truth.call_begin), end(truth.call_end);
  const auto common = std::min(to, end) - std::max(from, begin);
  return common > (end - begin) / 2;
}

// Each step writes to its own pages, and sleeps so that others may run.
[[noreturn]] void touch_without_end(Target::Truth& truth, unsigned number, unsigned threads) {
  std::size_t page = number;
  unsigned round = 0;
  nanoseconds from{}, to{};
  ++truth.ready;
  for (;;) {
    const auto step_from = now();
    for (int i = 0; i < 4; ++i) {
      ballast[page % ballast_pages * 4096] += 1;
      page += threads;
    }
    const auto step_to = now();
    if (step_to - step_from > to - from) from = step_from, to = step_to;
    if (const unsigned current = truth.round; current != round) {
      round = current;
      if (most_of(truth, from, to)) ++truth.stalled;
      from = to = {};
      ++truth.passed;
    }
    ::usleep(std::max(200U, 50 * threads));  // many together must leave room on the machine
  }
}

pid_t clone3() {
  clone_args arguments{};
  arguments.exit_signal = SIGCHLD;
  return static_cast<pid_t>(::syscall(SYS_clone3, &arguments, sizeof arguments));
}

pid_t spawn() {
  pid_t child = -1;
  char name[] = "true";
  char* arguments[] = {name, nullptr};
  ::posix_spawn(&child, "/bin/true", nullptr, nullptr, arguments, environ);
  return child;
}

[[gnu::noinline]] pid_t vfork_of_sleeper() {
  const pid_t child = ::vfork();
  if (child == 0) {
    char byte = 0;
    (void)!::write(arrivals, &byte, 1);
    (void)!::read(gate, &byte, 1);
    ::_exit(0);
  }
  return child;
}

[[gnu::noinline]] pid_t vfork_and_exec() {
  const pid_t child = ::vfork();
  if (child == 0) {
    ::execl("/bin/true", "true", nullptr);
    ::_exit(127);
  }
  return child;
}

pid_t fork_and(bool executes, pid_t child) {
  if (child != 0) return child;
  if (executes) ::execl("/bin/true", "true", nullptr);
  ::_exit(0);
}

char state_of(pid_t thread) {
  std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
  std::string line;
  std::getline(file, line);
  const auto at = line.rfind(") ");
  return at == std::string::npos ? '?' : line[at + 2];
}

pid_t fork_with_waiter() {
  std::mutex mutex;
  std::atomic<pid_t> waiter{0};
  std::unique_lock held(mutex);
  std::thread thread([&] {
    waiter = ::gettid();
    const std::lock_guard wants(mutex);
  });
  while (waiter == 0 || state_of(waiter) != 'S') ::sched_yield();
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  held.unlock();
  thread.join();
  return child;
}

pid_t make(Target::Way way) {
  switch (way) {
    case Target::Way::fork: return fork_and(false, ::fork());
    case Target::Way::fork_and_exec: return fork_and(true, ::fork());
#if defined(SYS_fork)
    case Target::Way::raw_fork: return fork_and(false, static_cast<pid_t>(::syscall(SYS_fork)));
#endif
    case Target::Way::clone3: return fork_and(false, clone3());
    case Target::Way::vfork: return vfork_and_exec();
    case Target::Way::vfork_of_sleeper: return vfork_of_sleeper();
    case Target::Way::posix_spawn: return spawn();
    case Target::Way::fork_with_waiter: return fork_with_waiter();
    case Target::Way::thread: std::thread([] {}).join(); return 0;
    case Target::Way::exec: ::execl("/bin/sleep", "sleep", "1000", nullptr); return -1;
    case Target::Way::exit: ::_exit(0);
    default: return static_cast<pid_t>(::syscall(SYS_clone, CLONE_NEWNS | CLONE_FS, 0, 0, 0, 0));
  }
}

// All threads compare their clocks with the call's before the next one.
void take_stock(Target::Truth& truth, Target::Call& call, unsigned threads) {
  truth.call_begin = call.begin.count();
  truth.call_end = (call.begin + call.duration).count();
  truth.stalled = truth.passed = 0;
  ++truth.round;
  while (truth.passed < threads) ::usleep(100);
  call.stalled = truth.stalled;
}

void create_one(Target::Truth& truth, Target::Way way, unsigned threads) {
  Target::Call& call = truth.of[truth.calls % Target::most_calls];
  call.begin = now();
  call.child = make(way);
  call.duration = now() - call.begin;
  if (call.child > 0) ::waitpid(call.child, nullptr, 0);
  take_stock(truth, call, threads);
  ++truth.calls;
}

struct Command {
  Target::Way way;
  unsigned calls;
};

[[noreturn]] void obey(Target::Truth& truth, unsigned threads, int commands, int answers) {
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < threads; ++i)
    workers.emplace_back([&, i] { touch_without_end(truth, i, threads); });
  while (truth.ready < threads) ::usleep(100);
  char done = 0;
  (void)!::write(answers, &done, 1);
  Command command{};
  while (::read(commands, &command, sizeof command) == sizeof command) {
    for (unsigned i = 0; i < command.calls; ++i) create_one(truth, command.way, threads);
    (void)!::write(answers, &done, 1);
  }
  ::_exit(0);
}

}  // namespace

Target::Target(std::size_t megabytes, unsigned threads) {
  void* shared =
      ::mmap(nullptr, sizeof(Truth), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  truth_ = new (shared) Truth;
  int to[2], back[2], gates[2], arriving[2];
  if (::pipe2(to, O_CLOEXEC) || ::pipe2(back, O_CLOEXEC) || ::pipe2(gates, O_CLOEXEC) ||
      ::pipe2(arriving, O_CLOEXEC))
    std::abort();
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close(to[1]);
    gate = gates[0];
    arrivals = arriving[1];
    fill(megabytes);
    obey(*truth_, threads, to[0], back[1]);
  }
  for (const int theirs : {to[0], back[1], gates[0], arriving[1]}) ::close(theirs);
  commands_ = to[1], answers_ = back[0], gate_ = gates[1], arrivals_ = arriving[0];
  await();
}

Target::~Target() {
  end();
  for (const int ours : {commands_, answers_, gate_, arrivals_}) ::close(ours);
  ::munmap(truth_, sizeof(Truth));
}

void Target::end() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

void Target::begin(Way way, unsigned calls) {
  const Command command{way, calls};
  if (::write(commands_, &command, sizeof command) != sizeof command) std::abort();
}

void Target::create(Way way, unsigned calls) {
  begin(way, calls);
  await();
}

void Target::await() const {
  char done = 0;
  (void)!::read(answers_, &done, 1);
}

void Target::await_child() const {
  char there = 0;
  (void)!::read(arrivals_, &there, 1);
}

void Target::release() const { (void)!::write(gate_, "", 1); }
