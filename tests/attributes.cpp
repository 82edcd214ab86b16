// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "attributes.hpp"

#include <linux/capability.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>

#include "filters.hpp"
#include "namespaces_here.hpp"

using forklift::CapabilitySet, forklift::CapabilitySets, forklift::Command, forklift::IoPriority,
    forklift::Landlock, forklift::MemoryPolicy, forklift::Namespace, forklift::Resource,
    forklift::Scheduling, forklift::Stdio;

namespace {

long between(Draw& draw, long least, long most) {
  return std::uniform_int_distribution<long>(least, most)(draw);
}

std::string four(long id) { return joined(id, " ", id, " ", id, " ", id); }

void set_user(Command& command, Expected& expected, Draw& draw) {
  const long id = between(draw, 60000, 60100);
  command.user(static_cast<uid_t>(id));
  // A user without an entry requires a group; `set_group` may set another.
  if (expected.values.try_emplace("gid", four(id)).second) command.group(static_cast<gid_t>(id));
  expected.another_user = true;
  expected.values["uid"] = four(id);
  expected.values.try_emplace("groups", "none");
}

void set_group(Command& command, Expected& expected, Draw& draw) {
  const long id = between(draw, 60000, 60100);
  command.group(static_cast<gid_t>(id));
  expected.values["gid"] = four(id);
}

void set_groups(Command& command, Expected& expected, Draw& draw) {
  const long first = between(draw, 1, 100);
  const long second = between(draw, 101, 200);
  command.groups({static_cast<gid_t>(second), static_cast<gid_t>(first)});
  expected.values["groups"] = joined(first, " ", second);
}

// Includes CAP_SYS_RESOURCE and others required by later steps.
void set_capabilities(Command& command, Expected& expected, Draw& draw) {
  const CapabilitySet set{CAP_NET_RAW, static_cast<int>(between(draw, CAP_CHOWN, CAP_KILL))};
  command.capabilities(CapabilitySets::only(set));
  for (const char* const name : {"permitted", "effective", "inheritable", "ambient", "bounding"}) {
    expected.values["cap." + std::string(name)] = joined(std::hex, set.bits());
  }
}

void set_limit(Command& command, Expected& expected, Draw& draw) {
  constexpr Resource some[] = {Resource::core, Resource::file_size, Resource::message_queue,
                               Resource::pending_signals, Resource::locks};
  const Resource resource = some[between(draw, 0, std::size(some) - 1)];
  const auto hard = static_cast<std::uint64_t>(between(draw, 4096, 8192));
  const auto soft = static_cast<std::uint64_t>(between(draw, 1, 4096));
  command.limit(resource, {.soft = soft, .hard = hard});
  expected.values["limit." + std::string(forklift::name(resource))] = joined(soft, " ", hard);
}

// Room for one that the helper opens, and far below its maximum.
void set_few_descriptors(Command& command, Expected& expected, Draw& draw) {
  const auto few = static_cast<std::uint64_t>(between(draw, 5, 9));
  command.limit(Resource::descriptors, few);
  expected.values["limit.nofile"] = joined(few, " ", few);
}

void set_scheduling(Command& command, Expected& expected, Draw& draw) {
  const bool batch = between(draw, 0, 1) == 1;
  command.scheduling({.policy = batch ? Scheduling::Policy::batch : Scheduling::Policy::idle});
  expected.values["policy"] = batch ? "3" : "5";
}

void set_cpu(Command& command, Expected& expected, Draw&) {
  const int cpu = ::sched_getcpu();
  command.cpus({cpu});
  expected.values["cpus"] = std::to_string(cpu);
}

void set_io_priority(Command& command, Expected& expected, Draw& draw) {
  const int level = static_cast<int>(between(draw, 0, 7));
  command.io_priority({.io_class = IoPriority::Class::best_effort, .level = level});
  expected.values["io_priority"] = joined("2 ", level);
}

void set_oom_score(Command& command, Expected& expected, Draw& draw) {
  const int score = static_cast<int>(between(draw, 500, 1000));
  command.oom_score(score);
  expected.values["oom_score"] = std::to_string(score);
}

void set_slack(Command& command, Expected& expected, Draw& draw) {
  const long slack = between(draw, 1, 1'000'000);
  command.timer_slack(std::chrono::nanoseconds(slack));
  expected.values["timer_slack"] = std::to_string(slack);
}

void set_nice(Command& command, Expected& expected, Draw& draw) {
  const long value = between(draw, 10, 19);
  command.nice(static_cast<int>(value));
  expected.values["nice"] = std::to_string(value);
}

void set_umask(Command& command, Expected& expected, Draw& draw) {
  const auto mask = static_cast<mode_t>(between(draw, 0, 0777));
  command.umask(mask);
  expected.values["umask"] = joined(std::oct, mask);
}

void set_mask(Command& command, Expected& expected, Draw& draw) {
  const int signal = static_cast<int>(between(draw, SIGRTMIN, SIGRTMAX));
  command.block_signals({signal});
  expected.values["blocked"] = joined(std::hex, std::uint64_t{1} << (signal - 1));
}

void set_namespaces(Command& command, Expected& expected, Draw& draw) {
  command.new_namespaces({Namespace::uts, Namespace::ipc, Namespace::net});
  for (const char* const kind : {"ns.uts", "ns.ipc", "ns.net"}) expected.values[kind] = "other";
  const std::string name = joined("host", between(draw, 0, 99));
  command.hostname(name);
  expected.values["hostname"] = name;
}

void set_landlock(Command& command, Expected& expected, Draw&) {
  const std::string folder = std::filesystem::path(reveal_path()).parent_path();
  command.no_new_privileges().landlock(Landlock().read_only("/proc").read_only(folder));
  expected.values["no_new_privileges"] = "1";
}

void set_filter(Command& command, Expected& expected, Draw&) {
  command.no_new_privileges().seccomp(denying(SYS_getppid, ENOTTY));
  expected.values["seccomp"] = "2";
  expected.values["no_new_privileges"] = "1";
  expected.values["parent"] = std::to_string(-ENOTTY);  // libc does not treat it as a failure
}

bool has_landlock() { return ::syscall(SYS_landlock_create_ruleset, nullptr, 0, 1) > 0; }

bool has_namespaces() { return is_root() && !skipped_without(Namespace::uts); }

std::vector<Attribute> all() {
  return {
      {"user", set_user, is_root},
      {"group", set_group, is_root},
      {"groups", set_groups, is_root},
      {"capabilities", set_capabilities, is_root},
      {"no_new_privileges",
       [](Command& command, Expected& expected, Draw&) {
         command.no_new_privileges();
         expected.values["no_new_privileges"] = "1";
       }},
      {"securebits",
       [](Command& command, Expected& expected, Draw&) {
         command.securebits(SECBIT_NO_SETUID_FIXUP_LOCKED);
         expected.values["securebits"] = std::to_string(SECBIT_NO_SETUID_FIXUP_LOCKED);
       },
       is_root},
      {"limit", set_limit},
      {"few descriptors", set_few_descriptors},
      {"nice", set_nice},
      {"scheduling", set_scheduling},
      {"cpus", set_cpu},
      {"io_priority", set_io_priority},
      {"oom_score", set_oom_score},
      {"timer_slack", set_slack},
      {"huge_pages",
       [](Command& command, Expected& expected, Draw&) {
         command.huge_pages(false);
         expected.values["huge_pages_disabled"] = "1";
       }},
      {"memory_policy",
       [](Command& command, Expected& expected, Draw&) {
         command.memory_policy({.mode = MemoryPolicy::Mode::bind, .nodes = {0}});
         expected.values["memory_policy"] = "2 1";
       },
       [] { return ::syscall(SYS_get_mempolicy, nullptr, nullptr, 0, 0, 0) == 0; }},
      {"umask", set_umask},
      {"directory",
       [](Command& command, Expected& expected, Draw&) {
         command.directory("/usr");
         expected.values["directory"] = "/usr";
       }},
      {"session",
       [](Command& command, Expected& expected, Draw&) {
         command.new_session();
         expected.values["session"] = expected.values["group"] = "itself";
       }},
      {"blocked signals", set_mask},
      {"ignored signals",
       [](Command& command, Expected& expected, Draw&) {
         command.ignore_signals({SIGHUP});
         expected.values["ignored"] = "1";
       }},
      {"descriptor",
       [](Command& command, Expected& expected, Draw& draw) {
         const int number = static_cast<int>(between(draw, 10, 90));
         command.descriptor(number, Stdio::null());
         expected.values["descriptors"] = joined("0 1 2 ", number);
       }},
      {"namespaces", set_namespaces, has_namespaces},
      {"landlock", set_landlock, has_landlock},
      {"seccomp", set_filter},
      {"die_with_parent",
       [](Command& command, Expected& expected, Draw&) {
         command.die_with_parent(SIGUSR2);
         expected.values["parent_death"] = std::to_string(SIGUSR2);
       }},
  };
}

}  // namespace

const std::vector<Attribute>& attributes() {
  static const std::vector<Attribute> those = [] {
    std::vector<Attribute> found;
    for (Attribute& attribute : all()) {
      if (attribute.works()) found.push_back(std::move(attribute));
    }
    return found;
  }();
  return those;
}
