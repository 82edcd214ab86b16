// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The kernel interfaces of `reveal` beyond libc, and its probes.

#pragma once

#include <sys/resource.h>

#include <cstdint>

/// By their names in prlimit(1), in the order of `forklift::Resource`.
inline constexpr struct {
  const char* name;
  __rlimit_resource number;
} resources[] = {{"as", RLIMIT_AS},
                 {"core", RLIMIT_CORE},
                 {"cpu", RLIMIT_CPU},
                 {"data", RLIMIT_DATA},
                 {"fsize", RLIMIT_FSIZE},
                 {"locks", __RLIMIT_LOCKS},
                 {"memlock", RLIMIT_MEMLOCK},
                 {"msgqueue", __RLIMIT_MSGQUEUE},
                 {"nice", __RLIMIT_NICE},
                 {"nofile", RLIMIT_NOFILE},
                 {"nproc", __RLIMIT_NPROC},
                 {"rss", __RLIMIT_RSS},
                 {"rtprio", __RLIMIT_RTPRIO},
                 {"rttime", __RLIMIT_RTTIME},
                 {"sigpending", __RLIMIT_SIGPENDING},
                 {"stack", RLIMIT_STACK}};

/// struct sched_attr of <linux/sched/types.h>, version 0.
struct SchedulingAttributes {
  std::uint32_t size, policy;
  std::uint64_t flags;
  std::int32_t nice;
  std::uint32_t priority;
  std::uint64_t runtime, deadline, period;
};

/// Performs a probe, and prints its result.
void answer(const char* probe);
