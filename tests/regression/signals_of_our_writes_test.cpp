// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// A report beyond the file size limit left SIGXFSZ behind, in a thread that blocks it.

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <forklift/stall.hpp>
#include <sstream>

#include "../support.hpp"

using forklift::StallMeter;
using namespace std::chrono_literals;

namespace {

// The signals that wait in any thread of this process.
unsigned long waiting_signals() {
  unsigned long all = 0;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
    std::istringstream status(read_file(thread.path().string() + "/status"));
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("SigPnd:")) all |= std::stoul(line.substr(7), nullptr, 16);
    }
  }
  return all;
}

template <class Condition>
bool comes_true(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + 30s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    ::sched_yield();
  }
  return true;
}

long size_of(int file) {
  struct stat status {};
  return ::fstat(file, &status) == 0 ? status.st_size : -1;
}

// In a half of this process, which the limit does not outlive: 0 if nothing waits.
int dump_beyond_limit() try {
  const int limited = ::memfd_create("limited", MFD_CLOEXEC);
  const int whole = ::memfd_create("whole", MFD_CLOEXEC);
  StallMeter meter;
  meter.dump_on(SIGUSR1, limited);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit few{10, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &few);
  ::kill(::getpid(), SIGUSR1);
  if (!comes_true([&] { return size_of(limited) == 10; })) return 1;
  // The next report is written after the end of this one.
  ::dup2(whole, limited);
  ::kill(::getpid(), SIGUSR1);
  if (!comes_true([&] { return size_of(whole) > 0; })) return 2;
  return (waiting_signals() & (1UL << (SIGXFSZ - 1))) == 0 ? 0 : 3;
} catch (...) {
  return 4;
}

}  // namespace

TEST_CASE("a report beyond the file size limit is cut, and no signal waits in the meter's thread") {
  const pid_t half = ::fork();
  if (half == 0) ::_exit(dump_beyond_limit());
  int status = 0;
  REQUIRE(::waitpid(half, &status, 0) == half);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
