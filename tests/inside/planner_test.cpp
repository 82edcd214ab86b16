// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Plans for callers and kernels that this machine does not have.

#include "plan/planner.hpp"

#include <doctest/doctest.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kernel/numbers.hpp"
#include "kernel/signal_guard.hpp"
#include "plan/caller_state.hpp"

using namespace forklift::launch;
using forklift::Engine, forklift::Resource, forklift::Step, forklift::Stdio;
using forklift::kernel::Feature, forklift::kernel::Features;

namespace {

constexpr long all_descriptors = 0xffffffffL;

LaunchSpec order(const std::string& program = "/bin/true") {
  LaunchSpec spec;
  spec.program = program;
  return spec;
}

// A caller on a kernel with all features, in an ordinary state.
CallerState ordinary() {
  CallerState now;
  now.engine = Engine::shared_table;
  now.descriptors = {Resource::descriptors, 1024, 4096};
  return now;
}

CallerState without(std::initializer_list<Feature> refused) {
  CallerState now = ordinary();
  for (const Feature feature : refused) now.features[feature] = -ENOSYS;
  return now;
}

using Made = std::unique_ptr<CompiledPlan>;

Made plan(const LaunchSpec& spec, CallerState now) {
  REQUIRE_FALSE(choose_way(spec, now));
  auto made = prepare(spec, now);
  REQUIRE_MESSAGE(made, (made ? "" : made.error().subject));
  return std::move(*made);
}

std::vector<Call> calls_of(const CompiledPlan& plan, long number) {
  std::vector<Call> found;
  for (const Call& call : plan.calls) {
    if (call.number == number) found.push_back(call);
  }
  return found;
}

long argument(const Call& call, int index) { return call.arguments[index].value; }

template <class T>
T data(const Call& call, int index) {
  return *reinterpret_cast<const T*>(argument(call, index));
}

std::vector<std::string> searched(const CompiledPlan& plan) {
  std::vector<std::string> places;
  for (const Call& call : calls_of(plan, SYS_execve)) {
    places.emplace_back(reinterpret_cast<const char*>(argument(call, 0)));
  }
  return places;
}

// Kills the process at any system call except those for memory, and exit.
void forbid_system_calls() {
  std::vector<sock_filter> filter = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0)};
  for (const unsigned allowed :
       {SYS_brk, SYS_mmap, SYS_munmap, SYS_mremap, SYS_madvise, SYS_futex, SYS_exit_group}) {
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, allowed, 0, 1));
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  }
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

LaunchSpec order_with_everything() {
  LaunchSpec spec = order("true");
  spec.environment = {{"KEY", "value"}};
  spec.streams.emplace(0, Stdio::pipe());
  spec.streams.emplace(1, Stdio::truncate("/proc/self/fd/9"));
  spec.streams.emplace(40, Stdio::null());
  spec.directory = "/tmp";
  spec.inherit_mask = true;
  spec.resource_limits.by_resource[Resource::core] = {.soft = 0};
  spec.resource_limits.scheduling = forklift::Scheduling{};
  spec.identity.user = 1000U;
  spec.identity.group = 1000U;
  spec.identity.capabilities = forklift::CapabilitySets{.ambient = forklift::CapabilitySet{10}};
  spec.isolation.root = "/srv";
  spec.sandbox.landlock = forklift::Landlock().read_only("/usr");
  spec.dies_with_parent = SIGKILL;
  return spec;
}

CallerState with_everything() {
  static const char* const entries[] = {"HOME=/", "KEY=old", nullptr};
  CallerState now = ordinary();
  now.environment = {entries, "/usr/bin:/bin"};
  now.mask = 1;
  now.parent = 17;
  now.limits = {{Resource::core, 5, 50}};
  now.nice = 3;
  now.capabilities = forklift::kernel::Capabilities{1 << 10, 1 << 10, 0};
  now.links = ProcLinks{"17", "17/task/18"};
  now.landlock = 3;
  return now;
}

}  // namespace

TEST_CASE("planning makes no system call") {
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  return;  // whose runtimes make some
#endif
  const LaunchSpec spec = order_with_everything();
  CallerState now = with_everything();
  REQUIRE_FALSE(choose_way(spec, now));
  now.extra.second_stage = true;
  const pid_t child = ::fork();
  if (child == 0) {
    forbid_system_calls();
    const auto made = prepare(spec, now);
    ::syscall(SYS_exit_group, made && (*made)->made_for == now ? 0 : 1);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

TEST_CASE("a plan fits a caller in the same state and in no other") {
  const LaunchSpec spec = order_with_everything();
  const CallerState now = with_everything();
  const Made made = plan(spec, now);
  CallerState again = with_everything();
  REQUIRE_FALSE(choose_way(spec, again));
  CHECK(made->made_for == again);

  static const char* const others[] = {"HOME=/", "KEY=new", nullptr};
  static const char* const fewer[] = {"HOME=/", nullptr};
  const std::vector<std::function<void(CallerState&)>> changes = {
      [](CallerState& state) { state.features[Feature::mark_cloexec] = -EINVAL; },
      [](CallerState& state) { state.descriptors.soft = 512; },
      [](CallerState& state) { state.descriptors.hard = 512; },
      [](CallerState& state) { state.ignored = 2; },
      [](CallerState& state) { state.mask = 2; },
      [](CallerState& state) { state.parent = 18; },
      [](CallerState& state) {
        state.environment = {others, "/usr/bin:/bin"};
      },
      [](CallerState& state) {
        state.environment = {fewer, "/usr/bin:/bin"};
      },
      [](CallerState& state) {
        state.environment = {nullptr, "/usr/bin:/bin"};
      },
      [](CallerState& state) {
        state.environment = {with_everything().environment.entries(), "/bin"};
      },
      [](CallerState& state) {
        state.environment = {with_everything().environment.entries(), nullptr};
      },
      [](CallerState& state) { state.standard.closed = 4; },
      [](CallerState& state) { state.standard.marked = 4; },
      [](CallerState& state) { state.limits[0].hard = 49; },
      [](CallerState& state) { state.nice = 4; },
      [](CallerState& state) { state.capabilities->inheritable = 8; },
      [](CallerState& state) {
        state.ids = CallersIds{1, 1};
      },
      [](CallerState& state) { state.links->thread_self = "17/task/19"; },
      [](CallerState& state) { state.landlock = 4; },
      [](CallerState& state) { state.engine = Engine::shared_memory; },
      [](CallerState& state) { state.extra.pollable = true; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    CAPTURE(i);
    CallerState other = again;
    changes[i](other);
    CHECK_FALSE(made->made_for == other);
  }
}

TEST_CASE("a plan keeps the text of PATH, which the caller may overwrite") {
  char path[] = "/usr/bin";
  CallerState now = ordinary();
  now.environment = {nullptr, path};
  const Made made = plan(order("true"), now);
  path[1] = 'o';
  CHECK_FALSE(made->made_for.environment == now.environment);
  CHECK(searched(*made) == std::vector<std::string>{"/usr/bin/true"});
}

TEST_CASE("without close_range a child closes one by one, up to the hard limit") {
  CallerState now = without({Feature::close_range, Feature::mark_cloexec, Feature::leave_table});
  now.engine = Engine::shared_memory;
  const auto closes = calls_of(*plan(order(), now), forklift::kernel::nr_close_range);
  REQUIRE(closes.size() == 1);
  CHECK(closes[0].kind == CallKind::close_each);
  CHECK(argument(closes[0], 2) == 4096);
  now.descriptors.hard = forklift::unlimited;
  const auto many = calls_of(*plan(order(), now), forklift::kernel::nr_close_range);
  CHECK(argument(many[0], 2) < all_descriptors);
}

TEST_CASE("a kernel that cannot mark descriptors has them closed") {
  const auto flags_of_last = [](const CallerState& now) {
    return argument(calls_of(*plan(order(), now), forklift::kernel::nr_close_range).back(), 2);
  };
  CHECK(flags_of_last(ordinary()) == forklift::kernel::close_range_cloexec);
  CHECK(flags_of_last(without({Feature::mark_cloexec})) == 0);
}

TEST_CASE("a clone that does not reset handlers has every signal reset by a step") {
  constexpr std::size_t resettable = forklift::kernel::last_signal - 2;  // SIGKILL, SIGSTOP
  CHECK(calls_of(*plan(order(), ordinary()), SYS_rt_sigaction).empty());
  CHECK(calls_of(*plan(order(), without({Feature::clone3})), SYS_rt_sigaction).size() ==
        resettable);
}

TEST_CASE("what the caller ignores is reset, a real-time signal as well") {
  CallerState now = ordinary();
  now.ignored = forklift::kernel::signal_bit(SIGPIPE) | forklift::kernel::signal_bit(40);
  const auto resets = calls_of(*plan(order(), now), SYS_rt_sigaction);
  REQUIRE(resets.size() == 2);
  CHECK(argument(resets[0], 0) == SIGPIPE);
  CHECK(argument(resets[1], 0) == 40);
  LaunchSpec inheriting = order();
  inheriting.inherit_ignored = true;
  CHECK(calls_of(*plan(inheriting, now), SYS_rt_sigaction).empty());
}

TEST_CASE("where descriptors cannot be mailed, only a launch without any shares the table") {
  const CallerState now = without({Feature::mailbox});
  LaunchSpec piped = order();
  piped.streams.emplace(1, Stdio::pipe());
  CHECK(plan(order(), now)->engine == Engine::shared_table);
  CHECK(plan(piped, now)->engine == Engine::shared_memory);
  piped.required = Engine::shared_table;
  CallerState refused = now;
  const auto failure = choose_way(piped, refused);
  REQUIRE(failure);
  CHECK(failure->step == Step::engine);
}

TEST_CASE("a clone that cannot make the child in its cgroup leaves it to a step") {
  LaunchSpec spec = order();
  spec.cgroup = forklift::Cgroup::at("/sys/fs/cgroup/jobs");
  CHECK_FALSE(plan(spec, ordinary())->joins_cgroup);
  const Made made = plan(spec, without({Feature::into_cgroup}));
  CHECK(made->joins_cgroup);
  CHECK(
      std::ranges::any_of(made->calls, [](const Call& call) { return call.step == Step::cgroup; }));
}

TEST_CASE("descriptors wait below the caller's limit of open files") {
  LaunchSpec spec = order();
  spec.streams.emplace(60, Stdio::pipe());
  const auto waits_from = [&spec](std::uint64_t limit) {
    CallerState now = ordinary();
    now.descriptors.soft = limit;
    return argument(calls_of(*plan(spec, now), SYS_fcntl).front(), 2);
  };
  CHECK(waits_from(1024) == 61);
  CHECK(waits_from(61) == 3);
}

TEST_CASE("a number beyond the caller's limit of open files is refused by name") {
  LaunchSpec spec = order();
  spec.streams.emplace(60, Stdio::null());
  CallerState now = ordinary();
  now.descriptors.soft = 60;
  const auto made = prepare(spec, now);
  REQUIRE_FALSE(made);
  CHECK(made.error().step == Step::descriptor);
  CHECK(made.error().subject == "onto 60, where RLIMIT_NOFILE allows 0 to 59");
}

TEST_CASE("bounds that the order leaves out are the caller's") {
  struct Pair {
    std::uint64_t soft, hard;
  };
  LaunchSpec spec = order();
  spec.resource_limits.by_resource[Resource::core] = {.soft = 4};
  spec.resource_limits.by_resource[Resource::cpu] = {.hard = 10};
  CallerState now = ordinary();
  now.limits = {{Resource::core, 5, 50}, {Resource::cpu, 60, 600}};
  const Made made = plan(spec, now);
  const auto limits = calls_of(*made, SYS_prlimit64);
  REQUIRE(limits.size() == 2);
  const Pair core = data<Pair>(limits[0], 2), cpu = data<Pair>(limits[1], 2);
  CHECK(core.soft == 4);
  CHECK(core.hard == 50);
  CHECK(cpu.soft == 10);  // no soft bound is above its hard one
  CHECK(cpu.hard == 10);
}

TEST_CASE("the sets of capabilities that the order leaves out are the caller's") {
  LaunchSpec spec = order();
  spec.identity.capabilities = forklift::CapabilitySets{.inheritable = forklift::CapabilitySet{3}};
  CallerState now = ordinary();
  now.capabilities = forklift::kernel::Capabilities{1, 1ULL << 40, 1};
  const Made made = plan(spec, now);
  const auto sets = calls_of(*made, SYS_capset);
  REQUIRE(sets.size() == 1);
  const auto wanted = data<forklift::kernel::CapabilityData>(sets[0], 1);
  CHECK(wanted.high.permitted == 1 << 8);
  CHECK(wanted.high.effective == 1 << 8);
  CHECK(wanted.low.inheritable == 1 << 3);
}

TEST_CASE("paths that mean the caller are spelled out with the caller's number") {
  LaunchSpec spec = order("/proc/thread-self/root/bin/true");
  spec.directory = "/proc/self/cwd";
  CallerState now = ordinary();
  now.links = ProcLinks{"17", "17/task/18"};
  const Made made = plan(spec, now);
  CHECK(searched(*made) == std::vector<std::string>{"/proc/17/task/18/root/bin/true"});
  CHECK(reinterpret_cast<const char*>(argument(calls_of(*made, SYS_chdir)[0], 0)) ==
        std::string("/proc/17/cwd"));
}

TEST_CASE("a ruleset asks for the rights that its version of Landlock has") {
  LaunchSpec spec = order();
  spec.sandbox.landlock = forklift::Landlock().read_only("/usr");
  const auto rights = [&spec](long version) {
    CallerState now = ordinary();
    now.landlock = version;
    return data<std::uint64_t>(
        calls_of(*plan(spec, now), forklift::kernel::nr_landlock_create_ruleset)[0], 0);
  };
  CHECK(rights(1) == 0x1fff);
  CHECK(rights(3) == 0x7fff);
  CHECK(rights(99) == 0xffff);
  CHECK(rights(-EOPNOTSUPP) == 0x1fff);
}
