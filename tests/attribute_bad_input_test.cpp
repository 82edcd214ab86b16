// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <errno.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support.hpp"

using forklift::Command, forklift::IdMaps, forklift::Limit, forklift::Namespace, forklift::Resource,
    forklift::Scheduling, forklift::Step;

namespace {

struct Wrong {
  std::string what;
  Command command;
  Step step;
  std::string subject;  // a part of it
  int error;
};

Command given() { return Command("/bin/true"); }

// The difference from the expected error; "" if none.
std::string differs(const Wrong& wrong) {
  const auto child = wrong.command.try_spawn();
  if (child) return "was launched";
  const auto& error = child.error();
  if (error.step() == wrong.step && error.code().value() == wrong.error &&
      error.subject().find(wrong.subject) != std::string::npos) {
    return "";
  }
  return error.what();
}

void check(const std::vector<Wrong>& all) {
  for (const Wrong& wrong : all) {
    INFO(wrong.what);
    CHECK(differs(wrong) == "");
  }
}

}  // namespace

TEST_CASE("what no child can be given is refused by step, subject and reason") {
  check({
      {"an unknown user", given().user("no-such-user"), Step::identity, "'no-such-user'", ENOENT},
      {"an unknown group", given().group("no-such-group"), Step::identity, "'no-such-group'",
       ENOENT},
      {"the user that means none", given().user(static_cast<uid_t>(-1)), Step::identity, "-1",
       EINVAL},
      {"a soft limit above the hard one", given().limit(Resource::core, Limit{2, 1}), Step::limit,
       "core 2", EINVAL},
      {"a nice value that is none", given().nice(20), Step::scheduling, "nice 20", EINVAL},
      {"no slack", given().timer_slack(std::chrono::nanoseconds(0)), Step::scheduling, "0 ns",
       EINVAL},
      {"a processor that is none", given().cpus({-1}), Step::scheduling, "-1", EINVAL},
      {"no processor", given().cpus({}), Step::scheduling, "no processor", EINVAL},
      {"a processor that is not there", given().cpus({60'000}), Step::scheduling, "60000", EINVAL},
      {"an I/O level that is none",
       given().io_priority({.io_class = forklift::IoPriority::Class::best_effort, .level = 8}),
       Step::scheduling, "8", EINVAL},
      {"a priority that is none",
       given().scheduling({.policy = Scheduling::Policy::fifo, .priority = 100}), Step::scheduling,
       "fifo 100", EINVAL},
      {"a score that is none", given().oom_score(1001), Step::memory_policy, "1001", EINVAL},
      {"a host name outside a namespace", given().hostname("x"), Step::hostname, "'x'", EINVAL},
      {"a root pivoted outside a namespace", given().pivot_root("/"), Step::root, "'/'", EINVAL},
      {"a /proc mounted outside a namespace", given().mount_proc(), Step::mount, "/proc", EINVAL},
      {"maps without a namespace", given().id_maps(IdMaps::root_is_caller()), Step::id_map,
       "without", EINVAL},
      {"no filter", given().seccomp({}), Step::seccomp, "0 instructions", EINVAL},
      {"a filter that is too long", given().seccomp(std::vector<sock_filter>(4097)), Step::seccomp,
       "4097", EINVAL},
      {"a signal that is none", given().die_with_parent(65), Step::parent_death, "65", EINVAL},
      {"a namespace that is none", given().join_namespace(-1, Namespace::net), Step::join, "-1",
       EBADF},
  });
}

TEST_CASE("what the kernel refuses is told by step, subject and its reason") {
  const sock_filter nonsense = BPF_STMT(0xffff, 0);
  check({
      {"a program that is no BPF", given().no_new_privileges().seccomp({nonsense}), Step::seccomp,
       "1 instructions", EINVAL},
      {"a root that is not there", given().root("/no/such/root"), Step::root, "'/no/such/root'",
       ENOENT},
  });
}

TEST_CASE("a Landlock rule of a path that is not there is told by the path") {
  if (::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION) <= 0) {
    MESSAGE("skipped: this kernel has no Landlock");
    return;
  }
  check({
      {"the rule", given().no_new_privileges().landlock(forklift::Landlock().read_only("/no/such")),
       Step::landlock, "'/no/such'", ENOENT},
  });
}

TEST_CASE("a launch that fails in its second stage leaves nothing and says why") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: another group can be had as root only");
    return;
  }
  check({
      {"a missing program", Command("/no/such/program").group(::getegid()), Step::exec,
       "'/no/such/program'", ENOENT},
      {"a program that is none", Command("/etc/passwd").group(::getegid()), Step::exec,
       "'/etc/passwd'", EACCES},
      {"a directory that is not there", given().group(::getegid()).directory("/no/such"),
       Step::directory, "'/no/such'", ENOENT},
      {"maps that map nothing",
       given().new_namespace(Namespace::user).id_maps({.users = {{0, 0, 0}}}), Step::id_map,
       "uid_map", EINVAL},
  });
}

TEST_CASE("a limit above the hard one is refused without the right to it") {
  const auto child =
      given().limit(Resource::descriptors, Limit{std::nullopt, 1U << 30}).try_spawn();
  if (child) {
    MESSAGE("skipped: this process has CAP_SYS_RESOURCE");
    return;
  }
  CHECK(child.error().step() == Step::limit);
  CHECK(child.error().code().value() == EPERM);
  CHECK(child.error().subject().find("nofile") == 0);
}
