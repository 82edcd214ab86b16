// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The limits and the scheduling of a child.

#include <linux/capability.h>
#include <linux/mempolicy.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "helpers/reveal_kernel.hpp"
#include "reveal.hpp"

using forklift::Command, forklift::IoPriority, forklift::MemoryPolicy, forklift::Resource,
    forklift::Scheduling;
using namespace std::chrono_literals;
using Policy = Scheduling::Policy;
using Mode = MemoryPolicy::Mode;

namespace {

constexpr std::uint64_t most = forklift::unlimited;

std::string limit_of(const Revealed& child, Resource resource) {
  return at(child, "limit." + std::string(forklift::name(resource)));
}

rlimit own(std::size_t resource) {
  rlimit limit{};
  ::getrlimit(resources[resource].number, &limit);
  return limit;
}

// Half of the current value, or a harmless one.
std::uint64_t less_than(rlim_t hard) {
  constexpr std::uint64_t harmless = std::uint64_t{1} << 32;
  return hard == RLIM_INFINITY ? harmless : hard / 2;
}

std::vector<int> own_cpus() {
  cpu_set_t set;
  ::sched_getaffinity(0, sizeof set, &set);
  std::vector<int> numbers;
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(i, &set)) numbers.push_back(i);
  }
  return numbers;
}

std::string scheduled(const Scheduling& scheduling) {
  const Revealed child = reveal([&](Command& command) { command.scheduling(scheduling); });
  return at(child, "policy") + "/" + at(child, "priority") + "/" + at(child, "reset_on_fork");
}

// Whether this machine permits a policy at all: the kernel's answer to us.
bool may_schedule(unsigned policy, unsigned priority, std::uint64_t runtime = 0) {
  return in_fork([&]() -> std::string {
           SchedulingAttributes wanted{};
           wanted.size = sizeof wanted;
           wanted.policy = policy;
           wanted.priority = priority;
           wanted.runtime = runtime;
           wanted.deadline = wanted.period = 10 * runtime;
           return ::syscall(SYS_sched_setattr, 0, &wanted, 0) == 0 ? "" : "refused";
         }) == "";
}

}  // namespace

TEST_CASE("every limit can be lowered, the hard one and the soft one") {
  for (std::size_t i = 0; i < std::size(resources); ++i) {
    const auto resource = static_cast<Resource>(i);
    const std::uint64_t hard = less_than(own(i).rlim_max);
    const Revealed child = reveal(
        [&](Command& command) { command.limit(resource, {.soft = hard / 2, .hard = hard}); });
    INFO(forklift::name(resource));
    CHECK(limit_of(child, resource) == joined(hard / 2, " ", hard));
  }
}

TEST_CASE("a soft limit leaves the hard one, and a hard limit lowers the soft one") {
  const rlimit before = own(static_cast<std::size_t>(Resource::core));
  const Revealed soft =
      reveal([](Command& command) { command.limit(Resource::core, {.soft = 0}); });
  CHECK(limit_of(soft, Resource::core) == joined("0 ", before.rlim_max));
  const Revealed hard =
      reveal([](Command& command) { command.limit(Resource::core, {.hard = 0}); });
  CHECK(limit_of(hard, Resource::core) == "0 0");
  const Revealed both =
      reveal([](Command& command) { command.limit(Resource::file_size, 1 << 20); });
  CHECK(limit_of(both, Resource::file_size) == "1048576 1048576");
}

TEST_CASE("a soft limit can be as high as the hard one") {
  const rlimit before = own(static_cast<std::size_t>(Resource::stack));
  const Revealed child =
      reveal([&](Command& command) { command.limit(Resource::stack, {.soft = before.rlim_max}); });
  CHECK(limit_of(child, Resource::stack) == joined(before.rlim_max, " ", before.rlim_max));
}

TEST_CASE("what a limit leaves out is what the caller has at that launch") {
  const std::string wrong = in_fork([]() -> std::string {
    Command command(reveal_path());
    command.limit(Resource::file_size, {.soft = 1 << 20}).scheduling({.policy = Policy::batch});
    command.output();
    const rlimit lower{1 << 21, 1 << 22};
    if (::setrlimit(RLIMIT_FSIZE, &lower) != 0) return "setrlimit";
    if (::setpriority(PRIO_PROCESS, 0, 11) != 0) return "setpriority";
    const Revealed child = read_revealed(command.output().out);
    return differ("fsize", limit_of(child, Resource::file_size), "1048576 4194304") +
           differ("nice", at(child, "nice"), "11");
  });
  CHECK(wrong == "");
}

TEST_CASE("a hard limit can be raised with CAP_SYS_RESOURCE") {
  if (!has_privilege(CAP_SYS_RESOURCE)) {
    MESSAGE("skipped: CAP_SYS_RESOURCE is missing");
    return;
  }
  const Revealed child =
      reveal([](Command& command) { command.limit(Resource::message_queue, most); });
  CHECK(limit_of(child, Resource::message_queue) == joined(most, " ", most));
}

TEST_CASE("a child has the nice value that it was given") {
  const int before = ::getpriority(PRIO_PROCESS, 0);
  for (const int value : {before + 1, 19}) {
    CHECK(at(reveal([&](Command& command) { command.nice(value); }), "nice") ==
          std::to_string(value));
  }
  if (has_privilege(CAP_SYS_NICE)) {
    CHECK(at(reveal([](Command& command) { command.nice(-20); }), "nice") == "-20");
  }
  CHECK(::getpriority(PRIO_PROCESS, 0) == before);
}

TEST_CASE("a child is scheduled as it was asked for") {
  CHECK(scheduled({.policy = Policy::other}) == "0/0/0");
  CHECK(scheduled({.policy = Policy::batch}) == "3/0/0");
  CHECK(scheduled({.policy = Policy::idle}) == "5/0/0");
  CHECK(scheduled({.policy = Policy::batch, .reset_on_fork = true}) == "3/0/1");
  if (!may_schedule(SCHED_FIFO, 1)) {
    MESSAGE("skipped: no realtime scheduling here");
    return;
  }
  CHECK(scheduled({.policy = Policy::fifo, .priority = 1}) == "1/1/0");
  CHECK(scheduled({.policy = Policy::round_robin, .priority = 3, .reset_on_fork = true}) ==
        "2/3/1");
}

TEST_CASE("a child can have a deadline for its processor time") {
  if (!may_schedule(6, 0, 1'000'000)) {
    MESSAGE("skipped: no scheduling by deadline here");
    return;
  }
  const Scheduling wanted{
      .policy = Policy::deadline, .runtime = 1ms, .deadline = 10ms, .period = 10ms};
  const Revealed child = reveal([&](Command& command) { command.scheduling(wanted); });
  CHECK(at(child, "policy") == "6");
  CHECK(at(child, "deadline") == "1000000 10000000 10000000");
}

TEST_CASE("a nice value holds beside a policy") {
  const Revealed child =
      reveal([](Command& command) { command.nice(7).scheduling({.policy = Policy::batch}); });
  CHECK(at(child, "nice") == "7");
  CHECK(at(child, "policy") == "3");
}

TEST_CASE("a child runs on the processors that it was given") {
  for (const int cpu : own_cpus()) {
    const Revealed child = reveal([&](Command& command) { command.cpus({cpu}); });
    CHECK(at(child, "cpus") == std::to_string(cpu));
  }
  CHECK(own_cpus().size() >= 1);
}

TEST_CASE("a child's disk priority is what was asked for") {
  const auto given = [](IoPriority priority) {
    return at(reveal([&](Command& command) { command.io_priority(priority); }), "io_priority");
  };
  CHECK(given({.io_class = IoPriority::Class::best_effort, .level = 6}) == "2 6");
  CHECK(given({.io_class = IoPriority::Class::idle}).starts_with("3 "));
  if (has_privilege(CAP_SYS_ADMIN)) {
    CHECK(given({.io_class = IoPriority::Class::realtime, .level = 1}) == "1 1");
  }
}

TEST_CASE("a child's oom score is what was asked for, its caller's stays") {
  const std::string before = read_file("/proc/self/oom_score_adj");
  for (const int score : {1000, 500, std::stoi(before)}) {
    const Revealed child = reveal([&](Command& command) { command.oom_score(score); });
    CHECK(at(child, "oom_score") == std::to_string(score));
    CHECK(read_file("/proc/self/oom_score_adj") == before);
  }
}

TEST_CASE("a child's timers have the slack that was asked for") {
  CHECK(at(reveal([](Command& command) { command.timer_slack(123us); }), "timer_slack") ==
        "123000");
  CHECK(at(reveal([](Command& command) { command.timer_slack(1ns); }), "timer_slack") == "1");
}

TEST_CASE("a child can be kept from huge pages, and allowed them again") {
  const auto disabled = [](bool allowed) {
    return at(reveal([&](Command& command) { command.huge_pages(allowed); }),
              "huge_pages_disabled");
  };
  CHECK(disabled(false) == "1");
  CHECK(disabled(true) == "0");
}

TEST_CASE("a child's memory comes from the nodes that were asked for") {
  if (::syscall(SYS_get_mempolicy, nullptr, nullptr, 0, 0, 0) != 0) {
    MESSAGE("skipped: this kernel knows no memory policy");
    return;
  }
  const auto given = [](MemoryPolicy policy) {
    return at(reveal([&](Command& command) { command.memory_policy(policy); }), "memory_policy");
  };
  CHECK(given({.mode = Mode::by_default}) == joined(+MPOL_DEFAULT, " 0"));
  CHECK(given({.mode = Mode::bind, .nodes = {0}}) == joined(+MPOL_BIND, " 1"));
  CHECK(given({.mode = Mode::preferred, .nodes = {0}}) == joined(+MPOL_PREFERRED, " 1"));
  CHECK(given({.mode = Mode::interleave, .nodes = {0}}) == joined(+MPOL_INTERLEAVE, " 1"));
  // Before Linux 5.14 it was encoded differently: preferred, and no node.
  const std::string local = given({.mode = Mode::local});
  CHECK((local == joined(+MPOL_LOCAL, " 0") || local == joined(+MPOL_PREFERRED, " 0")));
}

TEST_CASE("limits and scheduling need no privilege as long as they take something away") {
  if (!is_root()) return;  // the other tests did without, then
  const int nicer = std::min(::getpriority(PRIO_PROCESS, 0) + 5, 19);
  const std::string wrong = as_user(61234, [nicer]() -> std::string {
    const Revealed child = reveal([nicer](Command& command) {
      command.limit(Resource::descriptors, 33).nice(nicer).scheduling({.policy = Policy::idle});
      command.io_priority({.io_class = IoPriority::Class::idle}).oom_score(700);
      command.timer_slack(1ms).huge_pages(false).cpus({own_cpus().front()});
    });
    return differ("nofile", limit_of(child, Resource::descriptors), "33 33") +
           differ("nice", at(child, "nice"), std::to_string(nicer)) + differ("policy", at(child, "policy"), "5") +
           differ("oom_score", at(child, "oom_score"), "700") +
           differ("huge pages", at(child, "huge_pages_disabled"), "1") +
           differ("slack", at(child, "timer_slack"), "1000000");
  });
  CHECK(wrong == "");
}
