// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "kernel/cgroup_tree.hpp"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "../support.hpp"

using forklift::Child, forklift::Command, forklift::Stdio;

namespace {

// A cgroup of version 2 with one below it; empty where none can be made.
struct Cgroups {
  std::string outer, inner;

  Cgroups() {
    for (const std::string root : {"/sys/fs/cgroup/unified", "/sys/fs/cgroup"}) {
      if (::access((root + "/cgroup.procs").c_str(), W_OK) != 0) continue;
      const std::string made = root + "/forklift-test-" + std::to_string(::getpid());
      if (::mkdir(made.c_str(), 0755) != 0) continue;
      outer = made;
      inner = made + "/below";
      REQUIRE(::mkdir(inner.c_str(), 0755) == 0);
      return;
    }
  }
  ~Cgroups() {
    if (outer.empty()) return;
    ::rmdir(inner.c_str());
    CHECK(::rmdir(outer.c_str()) == 0);
  }
};

Child child_in(const std::string& cgroup) {
  Child child = Command("cat").in(Stdio::pipe()).spawn();
  std::ofstream(cgroup + "/cgroup.procs") << child.pid() << std::flush;
  return child;
}

}  // namespace

TEST_CASE("a signal to a cgroup meets whoever is in it or below it") {
  const Cgroups cgroups;
  if (cgroups.outer.empty()) {
    MESSAGE("skipped: no cgroup of version 2 that this user may divide");
    return;
  }
  for (const int signal : {SIGKILL, SIGTERM}) {
    Child first = child_in(cgroups.outer), second = child_in(cgroups.outer);
    Child below = child_in(cgroups.inner);
    Child bystander = Command("cat").in(Stdio::pipe()).spawn();
    CHECK(forklift::kernel::signal_cgroup(cgroups.outer.c_str(), signal) == 0);
    CHECK(first.wait_for(std::chrono::seconds(20))->signal() == signal);
    CHECK(second.wait().signal() == signal);
    CHECK(below.wait().signal() == signal);
    CHECK(bystander.wait().success());
  }
  CHECK(forklift::kernel::signal_cgroup(cgroups.outer.c_str(), SIGTERM) == -ESRCH);
}

TEST_CASE("a cgroup that is not there takes no signal") {
  CHECK(forklift::kernel::signal_cgroup("/no/such/cgroup", SIGKILL) == -ENOENT);
}

// Where cgroup.kill cannot be used, who may not be signalled was forgotten when
// somebody else was.
TEST_CASE("a kill that somebody in the cgroup refuses is refused") {
  const Cgroups cgroups;
  if (::geteuid() != 0 || cgroups.outer.empty()) {
    MESSAGE("skipped: only root can have processes of two users in a cgroup");
    return;
  }
  constexpr uid_t nobody = 65534;
  REQUIRE(::chmod((cgroups.outer + "/cgroup.kill").c_str(), 0) == 0);
  Child refusing = child_in(cgroups.outer);
  Child killed = Command("cat").in(Stdio::pipe()).user("65534").group("65534").spawn();
  std::ofstream(cgroups.outer + "/cgroup.procs") << killed.pid() << std::flush;
  const pid_t half = ::fork();
  if (half == 0) {
    ::alarm(60);
    if (::setresgid(nobody, nobody, nobody) < 0 || ::setresuid(nobody, nobody, nobody) < 0) {
      ::_exit(3);
    }
    const char* const path = cgroups.outer.c_str();
    if (forklift::kernel::signal_cgroup(path, SIGKILL) != -EPERM) ::_exit(1);
    ::_exit(forklift::kernel::signal_cgroup(path, SIGTERM) == -EPERM ? 0 : 2);
  }
  int status = 0;
  REQUIRE(::waitpid(half, &status, 0) == half);
  CHECK(status == 0);
  CHECK(killed.wait().signal() == SIGKILL);
  CHECK(refusing.stop(std::chrono::seconds(20)).signal() == SIGTERM);
}
