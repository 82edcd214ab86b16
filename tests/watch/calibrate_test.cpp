// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "check/calibrate.hpp"

#include <doctest/doctest.h>
#include <errno.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>

#include "watch/sleeper.hpp"

using namespace std::chrono_literals;

TEST_CASE("page tables cost something on any machine, and no child is left") {
  const watch::Calibration found = check::calibrate();
  CHECK(found.per_megabyte > 100us);
  CHECK(found.per_megabyte < 1s);
  CHECK(found.fixed < 100ms);
  CHECK(::waitpid(-1, nullptr, 0) == -1);
  CHECK(errno == ECHILD);
}

TEST_CASE(
    "where a process can map little, less is measured with, or it is said that none is left") {
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit little{16U << 20, 16U << 20};
    ::setrlimit(RLIMIT_AS, &little);
    try {
      check::calibrate();
    } catch (const std::runtime_error&) {
    }
    // In any case, no process of ours is left.
    ::_exit(::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
}
