// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/tracing/pid_namespace.hpp"

#include <sys/stat.h>

#include "watch/observer.hpp"

namespace watch::tracing {
namespace {

constexpr ino_t first = 0xEFFFFFFC;  // PROC_PID_INIT_INO, the same on every machine

}  // namespace

bool is_first_pid_namespace() {
  struct stat status {};
  return ::stat("/proc/self/ns/pid", &status) != 0 || status.st_ino == first;
}

void insist_on_first_pid_namespace() {
  if (is_first_pid_namespace()) return;
  throw Unavailable("in a pid namespace of its own hooks see other numbers than this command",
                    "run it outside of the container");
}

}  // namespace watch::tracing
