// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The child starts on its parent's memory. For every attribute, all that the
// kernel reports about the parent is the same before, during and after, and the
// child has exactly its attributes.

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "attributes.hpp"
#include "own_state.hpp"
#include "rounds.hpp"

using forklift::Child, forklift::Command, forklift::Fd, forklift::Stdio;

namespace {

// States of the process that differ from the defaults, so that a reset to the
// default shows, too. Unavailable ones are omitted.
void become_unusual() {
  ::umask(0136);
  ::setpriority(PRIO_PROCESS, 0, 3);
  std::ofstream("/proc/self/oom_score_adj") << 123;
  std::ofstream("/proc/self/coredump_filter") << 0x35;
  ::prctl(PR_SET_TIMERSLACK, 77'777);
  ::prctl(PR_SET_NAME, "unusual");
  ::prctl(PR_SET_PDEATHSIG, SIGWINCH);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  ::personality(ADDR_NO_RANDOMIZE);
  ::syscall(SYS_ioprio_set, 1, 0, 2 << 13 | 6);
  ::signal(SIGUSR2, [](int) {});
  sigset_t blocked;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGWINCH);
  ::sigprocmask(SIG_BLOCK, &blocked, nullptr);
  const itimerval long_timer{{1000, 0}, {1000, 0}};
  ::setitimer(ITIMER_REAL, &long_timer, nullptr);
}

// A lock by fcntl(2), and an open file that has one.
struct Locked {
  Locked() : file(::open(folder.file("locked", "x").c_str(), O_RDWR | O_CLOEXEC)) {
    struct flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    REQUIRE(::fcntl(file.get(), F_SETLK, &whole) == 0);
  }
  Folder folder;
  Fd file;
};

// The differences from the expected state; attributes not modelled are as in a
// child without attributes.
std::string differs(const Revealed& child, const Expected& expected, const Revealed& plain) {
  std::string wrong;
  for (const auto& [key, usual] : plain) {
    if (key == "pid" || (key == "parent" && !expected.values.contains(key))) continue;
    std::string wanted = usual;
    if (const auto found = expected.values.find(key); found != expected.values.end()) {
      wanted = found->second;
    } else if (expected.another_user &&
               (key == "cap.permitted" || key == "cap.effective" || key == "cap.ambient")) {
      wanted = "0";
    }
    if (wanted == "itself") wanted = at(child, "pid");
    if (wanted == "other" && at(child, key) != usual && at(child, key) != "?") continue;
    wrong += differ(key, at(child, key), wanted);
  }
  return wrong;
}

std::string read_all(const Fd& pipe) {
  std::string text;
  char part[4096];
  for (ssize_t size; (size = ::read(pipe.get(), part, sizeof part)) > 0;) {
    text.append(part, static_cast<std::size_t>(size));
  }
  return text;
}

Command revealing() {
  Command command(reveal_path());
  command.in(Stdio::null()).out(Stdio::pipe()).err(Stdio::null());
  return command;
}

std::string finish(Child child, const Expected& expected, const Revealed& plain) {
  const Revealed revealed = read_revealed(read_all(child.out()));
  if (!child.wait().success()) return "the program failed; ";
  return differs(revealed, expected, plain);
}

// Launches suspended, and compares this process before and after.
std::string spawned(const Command& command, const Expected& expected, const Revealed& plain) {
  const auto before = own_state();
  auto child = command.try_spawn();
  if (!child) return child.error().what();
  std::string wrong = finish(std::move(*child), expected, plain);
  return wrong + difference(before, own_state());
}

// Launches unsuspended, and checks this process while the launch is in flight.
std::string started(const Command& command, const Expected& expected, const Revealed& plain) {
  const auto before = own_state();
  auto launch = command.try_start();
  if (!launch) return launch.error().what();
  std::string wrong;
  auto usual = before;
  do {
    auto now = own_state();
    std::erase_if(now, [&](const auto& one) {  // the launch has its own descriptors
      return one.first.starts_with("descriptor.") && !before.contains(one.first);
    });
    wrong += difference(before, now);
  } while (wrong.empty() && !launch->done());
  auto child = std::move(*launch).finish();
  if (!child) return wrong + child.error().what();
  wrong += finish(std::move(*child), expected, plain);
  return wrong + difference(before, own_state());
}

std::string both_ways(const Command& command, const Expected& expected, const Revealed& plain) {
  return spawned(command, expected, plain) + started(command, expected, plain);
}

std::string plain_child(Revealed& plain) {
  auto child = revealing().try_spawn();
  if (!child) return child.error().what();
  plain = read_revealed(read_all(child->out()));
  return child->wait().success() ? "" : "the plain child failed";
}

// Each attribute alone; the failures, by name.
std::string each_alone(Draw& draw) {
  Revealed plain;
  std::string wrong = plain_child(plain);
  for (const Attribute& attribute : attributes()) {
    Command command = revealing();
    Expected expected;
    attribute.set(command, expected, draw);
    const std::string result = both_ways(command, expected, plain);
    if (!result.empty()) wrong += std::string(attribute.name) + ": " + result + "\n";
  }
  return wrong;
}

// Some of them together, drawn at random.
std::string some_together(Draw& draw) {
  Revealed plain;
  std::string wrong = plain_child(plain);
  Command command = revealing();
  Expected expected;
  std::string names;
  for (const Attribute& attribute : attributes()) {
    if (draw() % 3 != 0) continue;
    attribute.set(command, expected, draw);
    names += std::string(" ") + attribute.name;
  }
  wrong += both_ways(command, expected, plain);
  return wrong.empty() ? "" : names + ": " + wrong + "\n";
}

std::uint64_t seed() {
  const char* const given = std::getenv("FORKLIFT_TEST_SEED");
  return given ? std::strtoull(given, nullptr, 0) : 20261123;
}

}  // namespace

TEST_CASE("an attribute alone is the child's, and changes nothing of its parent") {
  attributes();
  const Locked locked;
  const std::string wrong = in_fork([] {
    const Locked held;
    Draw draw(seed());
    return each_alone(draw);
  });
  CHECK(wrong == "");
}

TEST_CASE("an attribute alone changes nothing of a parent that is unlike any other") {
  attributes();
  const std::string wrong = in_fork([] {
    const Locked held;
    become_unusual();
    Draw draw(seed());
    return each_alone(draw);
  });
  CHECK(wrong == "");
}

TEST_CASE("attributes drawn together are the child's, and change nothing of its parent") {
  attributes();
  for (const bool unusual : {false, true}) {
    const std::string wrong = in_fork([&] {
      const Locked held;
      if (unusual) become_unusual();
      std::string all;
      for (Rounds rounds(40, std::chrono::seconds(2)); all.empty() && rounds.go_on();) {
        const auto i = static_cast<std::uint64_t>(rounds.number());
        Draw draw(seed() + i);
        all = some_together(draw);
        if (!all.empty()) all += "FORKLIFT_TEST_SEED=" + std::to_string(seed() + i);
      }
      return all;
    });
    INFO("unusual: " << unusual);
    CHECK(wrong == "");
  }
}
