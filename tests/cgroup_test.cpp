// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// A child in a cgroup of version 2, an existing one or its own.

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "reveal.hpp"

using forklift::Cgroup, forklift::CgroupEntry, forklift::Child, forklift::Command, forklift::Fd,
    forklift::Stdio, forklift::Step, forklift::Tree;
using namespace std::chrono_literals;

namespace {

bool skipped_without(const TestCgroup& cgroup) {
  if (!cgroup.path().empty()) return false;
  MESSAGE("skipped: no cgroup of version 2 here that we may make others in");
  return true;
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

Command ready() { return Command(reveal_path()).arg("ready").in(Stdio::pipe()).out(Stdio::pipe()); }

void await_ready(Child& child) {
  char line[6];
  REQUIRE(::read(child.out().get(), line, sizeof line) == 6);
}

// A child whose own child outlives it, unless killed.
Command with_offspring() {
  Command command("sh");
  return command.args({"-c", "sleep 1000 & echo ready; wait"}).out(Stdio::pipe());
}

// The other end is closed everywhere.
bool is_abandoned(const Fd& pipe) {
  char byte;
  return ::read(pipe.get(), &byte, 1) == 0;
}

}  // namespace

TEST_CASE("a child is in the cgroup that it was launched into, by path or by descriptor") {
  const TestCgroup cgroup;
  if (skipped_without(cgroup)) return;
  const Fd descriptor(::open(cgroup.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const std::string own = at(reveal([](Command&) {}), "cgroup");
  for (const Cgroup& place : {Cgroup::at(cgroup.path()), Cgroup::at(descriptor.get())}) {
    CHECK(at(reveal([&](Command& command) { command.cgroup(place); }), "cgroup") == cgroup.name());
  }
  CHECK(at(reveal([](Command&) {}), "cgroup") == own);
}

TEST_CASE("a child says how it came into its cgroup") {
  const TestCgroup cgroup;
  if (skipped_without(cgroup)) return;
  const Child child = ready().cgroup(Cgroup::at(cgroup.path())).spawn();
  const bool new_clone = has_capability("clone3");
  CHECK(child.guarantees().cgroup == (new_clone ? CgroupEntry::clone : CgroupEntry::write));
  CHECK(child.cgroup() == "");
  CHECK(ready().spawn().guarantees().cgroup == CgroupEntry::none);
}

TEST_CASE("a created cgroup is there for its child, with what was set, and gone after it") {
  const TestCgroup cgroup;
  if (skipped_without(cgroup)) return;
  Child child =
      ready().cgroup(Cgroup::create(cgroup.path(), "made-").set("cgroup.max.depth", "3")).spawn();
  REQUIRE(cgroup.below().size() == 1);
  const std::string path = cgroup.path() + "/" + cgroup.below()[0];
  CHECK(cgroup.below()[0].starts_with("made-"));
  CHECK(child.cgroup() == path);
  CHECK(read_file(path + "/cgroup.max.depth") == "3\n");
  CHECK(read_file(path + "/cgroup.procs") == joined(child.pid(), "\n"));
  CHECK(child.wait().success());
  CHECK_FALSE(exists(path));
}

TEST_CASE("each launch of a command has a cgroup of its own") {
  const TestCgroup cgroup;
  if (skipped_without(cgroup)) return;
  const Command command = ready().cgroup(Cgroup::create(cgroup.path()));
  {
    const Child first = command.spawn();
    const Child second = command.spawn();
    CHECK(first.cgroup() != second.cgroup());
    CHECK(cgroup.below().size() == 2);
  }
  CHECK(cgroup.below().empty());
}

TEST_CASE("what still runs in a created cgroup is killed when the child has been waited for") {
  const TestCgroup cgroup;
  if (skipped_without(cgroup)) return;
  Command command("sh");
  command.args({"-c", "sleep 1000 & exit 3"}).out(Stdio::pipe());
  Child child = command.cgroup(Cgroup::create(cgroup.path())).spawn();
  CHECK(child.wait().code() == 3);
  CHECK(is_abandoned(child.out()));
  CHECK(cgroup.below().empty());
}

TEST_CASE("a created cgroup goes with those that its child made in it, in use or not") {
  const TestCgroup cgroup;
  if (skipped_without(cgroup)) return;
  Command command("sh");
  // Without pipes, which may be refused.
  command.args({"-c", "while read line; do case $line in 0::*) own=$1/${line##*/};; esac; done"
                      " </proc/self/cgroup;"
                      "mkdir -p $own/a/b $own/c; sleep 1000 & echo $! >$own/a/b/cgroup.procs",
                "sh", cgroup.path()});
  Child child = command.cgroup(Cgroup::create(cgroup.path())).spawn();
  const std::string path = child.cgroup();
  CHECK(child.wait().success());
  CHECK_FALSE(exists(path));
}

TEST_CASE("a launch that fails leaves no cgroup behind") {
  const TestCgroup cgroup;
  if (skipped_without(cgroup)) return;
  const Cgroup made = Cgroup::create(cgroup.path());
  CHECK(fails_otherwise(Command("/no/such/program").cgroup(made), Step::exec, ENOENT) == "");
  CHECK(fails_otherwise(Command("true").cgroup(made).directory("/nope"), Step::directory, ENOENT) ==
        "");
  CHECK(cgroup.below().empty());
  { const forklift::Launch dropped = Command("true").cgroup(made).start(); }
  CHECK(cgroup.below().empty());
}

TEST_CASE("a signal to the tree reaches the whole cgroup") {
  const TestCgroup cgroup;
  if (skipped_without(cgroup)) return;
  Child child = with_offspring().cgroup(Cgroup::create(cgroup.path())).spawn();
  char line[6];
  REQUIRE(::read(child.out().get(), line, sizeof line) == 6);
  CHECK(child.guarantees().tree == Tree::cgroup);
  CHECK(child.kill_tree() == Tree::cgroup);
  CHECK(is_abandoned(child.out()));
  CHECK(child.wait().signal() == SIGKILL);
}

TEST_CASE("a tree in a cgroup is stopped, and nobody escapes by a session of its own") {
  const TestCgroup cgroup;
  if (skipped_without(cgroup)) return;
  Command command("sh");
  command.args({"-c", "trap '' TERM; setsid sleep 1000 & echo ready; while :; do wait; done"});
  command.out(Stdio::pipe());
  Child child = command.cgroup(Cgroup::create(cgroup.path())).spawn();
  char line[6];
  REQUIRE(::read(child.out().get(), line, sizeof line) == 6);
  const auto stopped = child.stop_tree(50ms);
  CHECK(stopped.reached == Tree::cgroup);
  CHECK(stopped.status.signal() == SIGKILL);
  CHECK(is_abandoned(child.out()));
  CHECK(cgroup.below().empty());
}

TEST_CASE("a cgroup that is none, or is not there, fails the launch") {
  const TestCgroup cgroup;
  const Folder folder;
  const auto fails = [](const Cgroup& place, int error, const std::string& subject) {
    return fails_otherwise(Command("true").cgroup(place), Step::cgroup, error, subject);
  };
  CHECK(fails(Cgroup::at("/no/such/cgroup"), ENOENT, "/no/such/cgroup") == "");
  CHECK(fails(Cgroup::create("/no/such/cgroup"), ENOENT, "/no/such/cgroup") == "");
  CHECK(fails(Cgroup::at(folder.path()), EINVAL, folder.path()) == "");
  CHECK(fails(Cgroup::at(987), EBADF, "987") == "");
  const Fd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  CHECK(fails(Cgroup::at(file.get()), EINVAL, std::to_string(file.get())) == "");
  if (exists("/sys/fs/cgroup/cpu/cgroup.procs")) {
    CHECK(fails(Cgroup::at("/sys/fs/cgroup/cpu"), EINVAL, "/sys/fs/cgroup/cpu") == "");
  }
  if (skipped_without(cgroup)) return;
  const Cgroup bad = Cgroup::create(cgroup.path()).set("no.such.file", "1");
  CHECK(fails(bad, ENOENT, "no.such.file") == "");
  const Cgroup wrong = Cgroup::create(cgroup.path()).set("cgroup.max.depth", "much");
  CHECK(fails(wrong, EINVAL, "cgroup.max.depth") == "");
  CHECK(cgroup.below().empty());
}

TEST_CASE("a cgroup that was not delegated to the caller fails the launch") {
  const TestCgroup cgroup;
  if (!is_root() || skipped_without(cgroup)) return;
  const std::string wrong = as_user(61234, [&] {
    const auto fails = [](const Cgroup& place) {
      return fails_otherwise(Command("true").cgroup(place), Step::cgroup, EACCES);
    };
    return fails(Cgroup::at(cgroup.path())) + fails(Cgroup::create(cgroup.path()));
  });
  CHECK(wrong == "");
  CHECK(cgroup.below().empty());
}
