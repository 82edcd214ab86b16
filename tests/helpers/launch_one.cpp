// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// launch_one CASE: prints the plan of one command and launches it, for a test
// that compares the plan with what strace saw.

#include <linux/capability.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <forklift/command.hpp>
#include <string>
#include <vector>

using forklift::Command, forklift::Namespace, forklift::Resource, forklift::Stdio;

namespace {

Command with_bounds() {
  return Command("/bin/true")
      .limit(Resource::core, 0)
      .limit(Resource::descriptors, 20)
      .nice(5)
      .scheduling({.policy = forklift::Scheduling::Policy::batch})
      .cpus({0})
      .io_priority({.io_class = forklift::IoPriority::Class::best_effort, .level = 5})
      .timer_slack(std::chrono::microseconds(60))
      .memory_policy({.mode = forklift::MemoryPolicy::Mode::bind, .nodes = {0}})
      .oom_score(100)
      .huge_pages(false);
}

Command with_identity() {
  return Command("/bin/true")
      .user(65534)
      .group(65534U)
      .groups({65534, 100})
      .capabilities(forklift::CapabilitySets::only({CAP_NET_RAW, CAP_KILL}))
      .securebits(1U << 3)  // SECBIT_NO_SETUID_FIXUP_LOCKED
      .no_new_privileges()
      .directory("/")
      .die_with_parent();
}

Command with_namespaces() {
  return Command("/bin/true")
      .new_namespaces(
          {Namespace::user, Namespace::mount, Namespace::pid, Namespace::uts, Namespace::time})
      .clock_offsets(std::chrono::hours(1), std::chrono::hours(2))
      .hostname("elsewhere")
      .mount_proc()
      .root("/")
      .user(0);
}

Command with_sandbox() {
  const std::vector<sock_filter> all{BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  Command command = Command("/bin/true").no_new_privileges().seccomp(all);
  const bool has_landlock =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0;
  if (has_landlock) command.landlock(forklift::Landlock().read_only("/").read_write("/dev/null"));
  return command;
}

Command with_attributes(const std::string& name) {
  if (name == "bounds") return with_bounds();
  if (name == "identity") return with_identity();
  if (name == "namespaces") return with_namespaces();
  if (name == "sandbox") return with_sandbox();
  if (name == "terminal") return Command("/bin/true").pty().foreground();
  std::fprintf(stderr, "no case '%s'\n", name.c_str());
  std::exit(2);
}

Command command_of(const char* name) {
  const auto is = [name](const char* wanted) { return std::strcmp(name, wanted) == 0; };
  if (is("bare")) return Command("/bin/true");
  if (is("search")) return Command("true").env("PATH", "/nowhere:/no/where:/bin");
  if (is("files")) {
    return Command("/bin/true")
        .in(Stdio::null())
        .out(Stdio::truncate("/dev/null"))
        .err(Stdio::same_as(1));
  }
  if (is("pipes")) {
    return Command("/bin/true")
        .in(Stdio::pipe())
        .out(Stdio::pipe())
        .descriptor(9, Stdio::descriptor(2));
  }
  if (is("everything")) {
    return Command("/bin/true")
        .args({"one", "two"})
        .in(Stdio::pipe())
        .out(Stdio::append("/dev/null"))
        .err(Stdio::same_as(1))
        .descriptor(12, Stdio::descriptor(1))
        .umask(027)
        .directory("/tmp")
        .new_session()
        .ignore_signals({SIGHUP})
        .block_signals({SIGUSR1});
  }
  return with_attributes(name);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const Command command = command_of(argv[1]);
  std::fputs(command.explain().c_str(), stdout);
  std::fflush(stdout);
  return command.run().success() ? 0 : 1;
}
