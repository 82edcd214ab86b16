// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <fmt/core.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <forklift/fd.hpp>
#include <fstream>

#include "watch/observer.hpp"

namespace watch {
namespace {

constexpr const char* paranoid_file = "/proc/sys/kernel/perf_event_paranoid";

// 0, or why the minimum is not permitted for one's own process.
int try_on_oneself() {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_DUMMY;
  attributes.exclude_kernel = 1;
  attributes.exclude_hv = 1;
  attributes.context_switch = 1;
  const forklift::Fd event(
      static_cast<int>(syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC)));
  return event ? 0 : errno;
}

Unavailability unavailability(std::string reason, std::string remedy) {
  return {.backend = Backend::perf, .reason = std::move(reason), .remedy = std::move(remedy)};
}

}  // namespace

std::optional<Unavailability> obstacle_to_perf() {
  const int error = try_on_oneself();
  if (error == 0) return std::nullopt;
  int paranoid = 0;
  if (!(std::ifstream(paranoid_file) >> paranoid)) {
    return unavailability("the kernel was built without perf events", "another kernel has them");
  }
  const bool refused = error == EACCES || error == EPERM;
  if (refused && paranoid > 2) {
    return unavailability(
        fmt::format("kernel.perf_event_paranoid is {}: users may not watch even their "
                    "own processes",
                    paranoid),
        "sudo sysctl kernel.perf_event_paranoid=2");
  }
  if (refused) {
    return unavailability(
        "perf_event_open(2) is refused, by a filter of system calls it seems",
        "run it outside of the container, or allow perf_event_open in its seccomp "
        "profile");
  }
  return unavailability(fmt::format("perf_event_open(2): {}", std::strerror(error)),
                        "another kernel may have it");
}

}  // namespace watch
