// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// A child has the restrictions and the scheduling of the thread that launches
// it, whichever thread of the library creates it.

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <sstream>
#include <thread>
#include <vector>

#include "../support.hpp"

using forklift::Command, forklift::Stdio;

namespace {

struct Seen {
  std::string no_new_privileges, seccomp, nice;
};

Seen look(const std::string& status, const std::string& stat) {
  Seen seen;
  std::istringstream lines(status);
  for (std::string key, value; lines >> key;) {
    if (key == "NoNewPrivs:") lines >> seen.no_new_privileges;
    if (key == "Seccomp:") lines >> seen.seccomp;
  }
  std::istringstream fields(stat.substr(stat.rfind(')') + 2));
  for (int field = 3; field <= 19; ++field) fields >> seen.nice;
  return seen;
}

Seen look_at_child(bool tied) {
  Command command("cat");
  command.args({"/proc/self/status", "/proc/self/stat"});
  if (tied) command.die_with_parent();
  const std::string text = command.output().out;
  const auto last_line = text.rfind('\n', text.size() - 2);
  return look(text.substr(0, last_line), text.substr(last_line));
}

void restrict_this_thread() {
  sock_filter allow_all = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  const sock_fprog program{1, &allow_all};
  REQUIRE(::setpriority(PRIO_PROCESS, 0, 7) == 0);
  REQUIRE(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  REQUIRE(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

std::size_t threads() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
}

}  // namespace

TEST_CASE("a child that dies with its parent is restricted like the thread that launches it") {
  CHECK(Command("true").die_with_parent().run().success());  // all threads exist by now
  Seen plain, tied;
  std::thread([&] {
    restrict_this_thread();
    plain = look_at_child(false);
    tied = look_at_child(true);
  }).join();
  CHECK(plain.no_new_privileges == "1");
  CHECK(plain.seccomp == "2");
  CHECK(plain.nice == "7");
  CHECK(tied.no_new_privileges == plain.no_new_privileges);
  CHECK(tied.seccomp == plain.seccomp);
  CHECK(tied.nice == plain.nice);
}

TEST_CASE("a child that dies with its parent leaves no thread behind") {
  using clock = std::chrono::steady_clock;
  CHECK(Command("true").die_with_parent().run().success());
  const auto end = clock::now() + std::chrono::seconds(20);
  const std::size_t before = threads();
  {
    std::vector<forklift::Child> children;
    for (int i = 0; i < 5; ++i) {
      children.push_back(Command("cat").in(Stdio::pipe()).die_with_parent().spawn());
    }
    for (auto& child : children) CHECK(child.wait().success());
  }
  while (threads() > before && clock::now() < end) std::this_thread::yield();
  CHECK(threads() <= before);
}
