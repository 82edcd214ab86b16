// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/contenders/by_hand.hpp"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include <stdexcept>

namespace lab {

void fail(const char* call, int error) {
  throw std::runtime_error(std::string(call) + ": " + ::strerror(error));
}

void reap(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) fail("waitpid", errno);
  }
}

Times ByHand::blocking(const Stopwatch& watch, pid_t pid) {
  Times times;
  times.hold = times.launch = watch.read();
  enter(Stage::waiting_for_child);
  reap(pid);
  times.finish = watch.read();
  enter(Stage::running);
  return times;
}

}  // namespace lab
