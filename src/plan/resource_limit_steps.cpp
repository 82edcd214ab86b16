// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Limits, scheduling and memory policy as steps. The limit of descriptors comes last,
// because the steps before it may still need numbers above it.

#include "plan/resource_limit_steps.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <algorithm>
#include <climits>

#include "kernel/enumerators.hpp"
#include "kernel/numbers.hpp"
#include "types/quote.hpp"

namespace forklift::launch {
namespace {

// The kernel's `prlimit64` takes 64 bits on every architecture.
struct Pair {
  std::uint64_t soft, hard;
};

constexpr int resources[] = {RLIMIT_AS,     RLIMIT_CORE,   RLIMIT_CPU,        RLIMIT_DATA,
                             RLIMIT_FSIZE,  RLIMIT_LOCKS,  RLIMIT_MEMLOCK,    RLIMIT_MSGQUEUE,
                             RLIMIT_NICE,   RLIMIT_NOFILE, RLIMIT_NPROC,      RLIMIT_RSS,
                             RLIMIT_RTPRIO, RLIMIT_RTTIME, RLIMIT_SIGPENDING, RLIMIT_STACK};
static_assert(std::size(resources) == kernel::enumerator_count<Resource>());

std::string print(std::uint64_t bound) {
  return bound == unlimited ? "unlimited" : std::to_string(bound);
}

// A missing bound is the caller's, which the child has inherited.
void add_limit(PlanBuilder& build, Resource resource, const Limit& limit, const CallerState& now) {
  const int number = number_of(resource);
  const auto callers = std::ranges::find(now.limits, resource, &CallersLimit::resource);
  Pair pair{limit.soft ? *limit.soft : callers->soft, limit.hard ? *limit.hard : callers->hard};
  if (!limit.soft) pair.soft = std::min(pair.soft, pair.hard);
  const std::string text =
      std::string(name(resource)) + " " + print(pair.soft) + " (hard " + print(pair.hard) + ")";
  build.add(Step::limit, text, SYS_prlimit64,
            {value(0), value(number), build.data(pair, text), value(0)});
}

// struct sched_attr of <linux/sched/types.h>, its first 48 bytes (Linux 3.14).
struct SchedulingAttributes {
  std::uint32_t size, policy;
  std::uint64_t flags;
  std::int32_t nice;
  std::uint32_t priority;
  std::uint64_t runtime, deadline, period;
};
static_assert(sizeof(SchedulingAttributes) == 48);

std::uint32_t number_of(Scheduling::Policy policy) {
  switch (policy) {
    case Scheduling::Policy::other: return SCHED_OTHER;
    case Scheduling::Policy::batch: return SCHED_BATCH;
    case Scheduling::Policy::idle: return SCHED_IDLE;
    case Scheduling::Policy::fifo: return SCHED_FIFO;
    case Scheduling::Policy::round_robin: return SCHED_RR;
    case Scheduling::Policy::deadline: return kernel::sched_deadline;
  }
  return SCHED_OTHER;
}

const char* name_of(Scheduling::Policy policy) {
  constexpr const char* names[] = {"other", "batch", "idle", "fifo", "round robin", "deadline"};
  static_assert(std::size(names) == kernel::enumerator_count<Scheduling::Policy>());
  return names[static_cast<std::size_t>(policy)];
}

// Whether the call that sets the policy also sets the nice value
// (`__setscheduler_params` in kernel/sched/syscalls.c); if none is given it
// would make that 0.
bool has_nice(const Scheduling& wanted) {
  return wanted.policy == Scheduling::Policy::other || wanted.policy == Scheduling::Policy::batch;
}

void add_policy(PlanBuilder& build, const Scheduling& wanted, int nice) {
  SchedulingAttributes attributes{};
  attributes.size = sizeof attributes;
  attributes.policy = number_of(wanted.policy);
  attributes.flags = wanted.reset_on_fork ? kernel::sched_flag_reset_on_fork : 0;
  attributes.nice = nice;
  attributes.priority = static_cast<std::uint32_t>(wanted.priority);
  if (wanted.policy == Scheduling::Policy::deadline) {
    attributes.runtime = static_cast<std::uint64_t>(wanted.runtime.count());
    attributes.deadline = static_cast<std::uint64_t>(wanted.deadline.count());
    attributes.period = static_cast<std::uint64_t>(wanted.period.count());
  }
  std::string text = std::string("policy ") + name_of(wanted.policy);
  if (wanted.priority != 0) text += " " + std::to_string(wanted.priority);
  build.add(Step::scheduling, text, SYS_sched_setattr,
            {value(0), build.data(attributes, text), value(0)});
}

// A mask of the kernel: words of `long`, the lowest first.
std::vector<unsigned long> mask_of(const std::vector<int>& numbers) {
  constexpr int bits = CHAR_BIT * sizeof(long);
  std::vector<unsigned long> mask(1);
  for (const int number : numbers) {
    const auto word = static_cast<std::size_t>(number / bits);
    if (mask.size() <= word) mask.resize(word + 1);
    mask[word] |= 1UL << (number % bits);
  }
  return mask;
}

void add_affinity(PlanBuilder& build, const std::vector<int>& numbers) {
  const auto mask = mask_of(numbers);
  const std::size_t bytes = mask.size() * sizeof(long);
  const std::string text = "processors " + enumerate(numbers);
  build.add(Step::scheduling, text, SYS_sched_setaffinity,
            {value(0), value(static_cast<long>(bytes)), build.data(mask.data(), bytes, text)});
}

void add_io_priority(PlanBuilder& build, const IoPriority& wanted) {
  constexpr int class_shift = 13;  // <linux/ioprio.h>
  constexpr int who_process = 1;
  const bool has_level = wanted.io_class == IoPriority::Class::realtime ||
                         wanted.io_class == IoPriority::Class::best_effort;
  const int number = static_cast<int>(wanted.io_class);
  const int level = has_level ? wanted.level : 0;
  constexpr const char* names[] = {"none", "realtime", "best effort", "idle"};
  static_assert(std::size(names) == kernel::enumerator_count<IoPriority::Class>());
  std::string text = std::string("I/O priority ") + names[number];
  if (has_level) text += " " + std::to_string(level);
  build.add(Step::scheduling, text, SYS_ioprio_set,
            {value(who_process), value(0), value(number << class_shift | level)});
}

}  // namespace

int number_of(Resource resource) { return resources[static_cast<std::size_t>(resource)]; }

void add_scheduling(PlanBuilder& build, const ResourceLimits& limits, const CallerState& now) {
  if (limits.scheduling) {
    add_policy(build, *limits.scheduling, limits.nice ? *limits.nice : *now.nice);
  }
  if (limits.nice && !(limits.scheduling && has_nice(*limits.scheduling))) {
    build.add(Step::scheduling, "nice " + std::to_string(*limits.nice), SYS_setpriority,
              {value(PRIO_PROCESS), value(0), value(*limits.nice)});
  }
  if (limits.cpus) add_affinity(build, *limits.cpus);
  if (limits.io_priority) add_io_priority(build, *limits.io_priority);
  if (limits.timer_slack) {
    const long nanoseconds = limits.timer_slack->count();
    build.add(Step::scheduling, "timer slack " + std::to_string(nanoseconds) + " ns", SYS_prctl,
              {value(PR_SET_TIMERSLACK), value(nanoseconds)});
  }
}

void add_memory_policy(PlanBuilder& build, const ResourceLimits& limits) {
  if (!limits.memory_policy) return;
  constexpr const char* names[] = {"default", "preferred", "bind", "interleave", "local"};
  static_assert(std::size(names) == kernel::enumerator_count<MemoryPolicy::Mode>());
  const int mode = static_cast<int>(limits.memory_policy->mode);  // MPOL_* in this order
  const auto& nodes = limits.memory_policy->nodes;
  std::string text = names[mode];
  if (!nodes.empty()) text += " " + enumerate(nodes);
  const auto mask = mask_of(nodes);
  const std::size_t bytes = mask.size() * sizeof(long);
  // The kernel takes the number of bits plus one (mm/mempolicy.c, get_nodes).
  const long bits = static_cast<long>(bytes) * CHAR_BIT + 1;
  build.add(Step::memory_policy, text, SYS_set_mempolicy,
            {value(mode), nodes.empty() ? value(0) : build.data(mask.data(), bytes, "nodes"),
             value(nodes.empty() ? 0 : bits)});
}

void add_memory_settings(PlanBuilder& build, const ResourceLimits& limits) {
  if (limits.oom_score) {
    build.write_file(Step::memory_policy, "/proc/self/oom_score_adj",
                     std::to_string(*limits.oom_score));
  }
  if (limits.huge_pages) {
    build.add(Step::memory_policy, *limits.huge_pages ? "huge pages" : "no huge pages", SYS_prctl,
              {value(PR_SET_THP_DISABLE), value(*limits.huge_pages ? 0 : 1)});
  }
}

void add_limits(PlanBuilder& build, const ResourceLimits& limits, const CallerState& now) {
  for (const auto& [resource, limit] : limits.by_resource) {
    if (resource != Resource::descriptors) add_limit(build, resource, limit, now);
  }
}

void add_descriptor_limit(PlanBuilder& build, const ResourceLimits& limits,
                          const CallerState& now) {
  const auto found = limits.by_resource.find(Resource::descriptors);
  if (found != limits.by_resource.end()) add_limit(build, found->first, found->second, now);
}

}  // namespace forklift::launch
