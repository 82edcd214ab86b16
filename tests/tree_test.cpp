// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <thread>

#include "support.hpp"

using forklift::Child, forklift::Command, forklift::Stdio, forklift::Tree;
using namespace std::chrono_literals;

namespace {

std::string read_line(int descriptor) {
  std::string line;
  for (char c; ::read(descriptor, &c, 1) == 1 && c != '\n';) line += c;
  return line;
}

// The other end of the pipe is closed, by all processes that had it.
bool is_abandoned(int descriptor) {
  pollfd entry{descriptor, POLLIN, 0};
  char byte;
  return ::poll(&entry, 1, 10'000) == 1 && ::read(descriptor, &byte, 1) == 0;
}

// Where this user may create cgroups of version 2; empty: nowhere.
std::string cgroup_parent() {
  for (const std::string root : {"/sys/fs/cgroup/unified", "/sys/fs/cgroup"}) {
    const bool may = ::access((root + "/cgroup.procs").c_str(), W_OK) == 0;
    if (may && ::access(root.c_str(), W_OK) == 0) return root;
  }
  return "";
}

// A shell and a grandchild, both with our pipe, on which they report.
Command family(const std::string& grandchild, const std::string& shell) {
  return Command("sh")
      .args({"-c", "(" + grandchild + "; echo there; exec sleep 1000) & " + shell})
      .out(Stdio::pipe());
}

}  // namespace

TEST_CASE("a child in its own group takes what it started along when its tree is killed") {
  for (const bool session : {false, true}) {
    Command command = family(":", "wait");
    session ? command.new_session() : command.process_group();
    Child child = command.spawn();
    CHECK(child.guarantees().tree == Tree::group);
    CHECK(read_line(child.out().get()) == "there");
    CHECK(child.kill_tree() == Tree::group);
    CHECK(is_abandoned(child.out().get()));
    CHECK(child.wait().signal() == SIGKILL);
  }
}

TEST_CASE("nobody escapes from a cgroup of the child's own") {
  const std::string parent = cgroup_parent();
  if (parent.empty()) {
    MESSAGE("skipped: no cgroup of version 2 that this user may divide");
    return;
  }
  // The grandchild leaves the group and the session, and ignores SIGTERM.
  Command command = Command("sh")
                        .args({"-c",
                               "setsid sh -c \"trap '' TERM; echo there; while :; do read x <&3;"
                               " done\" & wait"})
                        .out(Stdio::pipe())
                        .descriptor(3, Stdio::pipe(Stdio::Direction::to_child))
                        .cgroup(forklift::Cgroup::create(parent));
  Child killed = command.spawn();
  CHECK(killed.guarantees().tree == Tree::cgroup);
  CHECK(read_line(killed.out().get()) == "there");
  CHECK(killed.kill_tree() == Tree::cgroup);
  CHECK(is_abandoned(killed.out().get()));
  Child stopped = command.spawn();
  CHECK(read_line(stopped.out().get()) == "there");
  const auto stop = stopped.stop_tree(60s);
  CHECK(stop.status.signal() == SIGTERM);
  CHECK(stop.reached == Tree::cgroup);
  CHECK(is_abandoned(stopped.out().get()));
  CHECK_FALSE(stopped.kill_tree());
  const auto output = command.out(Stdio::pipe()).output({.timeout = 100ms, .drain = 1000s});
  CHECK(output.timed_out);
  CHECK_FALSE(output.drain_passed);
}

TEST_CASE("a child in our group is signalled alone") {
  Child child = Command("sh")
                    .args({"-c", "(echo there; read x <&3) & wait"})
                    .out(Stdio::pipe())
                    .descriptor(3, Stdio::pipe(Stdio::Direction::to_child))
                    .spawn();
  CHECK(child.guarantees().tree == Tree::process);
  CHECK(read_line(child.out().get()) == "there");
  CHECK(child.kill_tree() == Tree::process);
  CHECK(child.wait().signal() == SIGKILL);
  pollfd entry{child.out().get(), POLLIN, 0};
  CHECK(::poll(&entry, 1, 0) == 0);  // the grandchild still has it
  child.pipe(3).reset();             // which releases it
  CHECK(is_abandoned(child.out().get()));
}

TEST_CASE("a tree that listens to SIGTERM is stopped gently") {
  Child child = family(":", "wait").process_group().spawn();
  CHECK(read_line(child.out().get()) == "there");
  const auto stop = child.stop_tree(60s);
  CHECK(stop.status.signal() == SIGTERM);
  CHECK(stop.reached == Tree::group);
  CHECK(is_abandoned(child.out().get()));
}

TEST_CASE("a tree that does not listen to SIGTERM is killed after the grace") {
  Child child = Command("sh")
                    .args({"-c",
                           "trap '' TERM; (echo there; exec sleep 1000) & "
                           "while :; do wait; done"})
                    .out(Stdio::pipe())
                    .process_group()
                    .spawn();
  CHECK(read_line(child.out().get()) == "there");
  const auto start = std::chrono::steady_clock::now();
  CHECK(child.stop_tree(50ms).status.signal() == SIGKILL);
  CHECK(std::chrono::steady_clock::now() - start >= 50ms);
  CHECK(is_abandoned(child.out().get()));
}

TEST_CASE("what outlives a gentle child is killed at the child's end, not after the grace") {
  Child child = family("trap '' TERM", "wait").process_group().spawn();
  CHECK(read_line(child.out().get()) == "there");
  const auto start = std::chrono::steady_clock::now();
  CHECK(child.stop_tree(1000s).status.signal() == SIGTERM);
  CHECK(is_abandoned(child.out().get()));
  CHECK(std::chrono::steady_clock::now() - start < 500s);
}

TEST_CASE("what outlives a child that has been waited for is reached by pidfd, or not at all") {
  Child child = family(":", "read x").in(Stdio::pipe()).process_group().spawn();
  CHECK(read_line(child.out().get()) == "there");
  CHECK(child.wait().exited());
  const auto reached = child.kill_tree();  // Linux 6.9; else no process
  if (reached) {
    CHECK(reached == Tree::group);
  } else {
    REQUIRE(::kill(-child.pid(), SIGKILL) == 0);  // the test knows that the number is still theirs
  }
  CHECK(is_abandoned(child.out().get()));
}

TEST_CASE("a tree of which nobody is left reaches nobody") {
  Child child = Command("true").process_group().spawn();
  CHECK(child.wait().success());
  CHECK_FALSE(child.kill_tree());
  const auto stop = child.stop_tree(1000s);
  CHECK(stop.status.success());
  CHECK_FALSE(stop.reached);
  child.detach();
  CHECK_FALSE(child.kill_tree());
}

TEST_CASE("one thread's wait ends when another thread has the tree killed") {
  Child child = family(":", "wait").process_group().spawn();
  CHECK(read_line(child.out().get()) == "there");
  const pid_t pid = child.pid();
  forklift::ExitStatus status = forklift::ExitStatus::of_lost();
  std::thread waiter([&] { status = child.wait(); });
  ::kill(-pid, SIGTERM);
  waiter.join();
  CHECK(status.signal() == SIGTERM);
  CHECK(is_abandoned(child.out().get()));
}
