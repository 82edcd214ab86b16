// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The child's view of the system.

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <filesystem>

#include "namespaces_here.hpp"
#include "reveal.hpp"

using forklift::Child, forklift::Command, forklift::Fd, forklift::IdMaps, forklift::Namespace,
    forklift::Stdio, forklift::Step;

namespace {

constexpr uid_t somebody = 61234;

std::string own_hostname() {
  utsname system{};
  ::uname(&system);
  return system.nodename;
}

// The kinds in which a child differs from this process, as text.
std::string elsewhere(const Revealed& child) {
  std::string kinds;
  for (const auto& [kind, name] : namespace_names) {
    const std::string own = std::filesystem::read_symlink("/proc/self/ns/" + std::string(name));
    if (at(child, "ns." + std::string(name)) != own)
      kinds += (kinds.empty() ? "" : " ") + std::string(name);
  }
  return kinds;
}

std::string inode_of(const std::string& path) {
  struct stat file {};
  ::stat(path.c_str(), &file);
  return joined(file.st_dev, ":", file.st_ino);
}

// `reveal ready` in namespaces of its own, while it is held.
Child holder(std::initializer_list<Namespace> kinds) {
  Command command(reveal_path());
  command.arg("ready").in(Stdio::pipe()).out(Stdio::pipe()).new_namespaces(kinds);
  Child child = command.spawn();
  char line[6];
  REQUIRE(::read(child.out().get(), line, sizeof line) == 6);
  return child;
}

Fd namespace_of(const Child& child, const char* name) {
  const std::string path = joined("/proc/", child.pid(), "/ns/", name);
  return Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

}  // namespace

TEST_CASE("a child is in new namespaces of the kinds asked for, and of no other") {
  if (!is_root()) {
    MESSAGE("skipped: needs root to make namespaces without a user namespace");
    return;
  }
  for (const auto& [kind, name] : namespace_names) {
    if (skipped_without(kind)) continue;
    const Revealed child = reveal([&](Command& command) { command.new_namespace(kind); });
    CHECK(elsewhere(child) == name);
  }
}

TEST_CASE("in a new user namespace a child is root, whoever launched it") {
  if (skipped_without(Namespace::user)) return;
  const auto work = [] {
    const Revealed child = reveal([](Command& command) { command.new_namespace(Namespace::user); });
    return differ("elsewhere", elsewhere(child), "user") +
           differ("uid", at(child, "uid"), "0 0 0 0") + differ("gid", at(child, "gid"), "0 0 0 0");
  };
  CHECK(work() == "");
  if (is_root()) CHECK(as_user(somebody, work) == "");
}

TEST_CASE("who is not root can have every namespace along with a user namespace") {
  if (skipped_without(Namespace::user)) return;
  const auto work = [] {
    const Revealed child = reveal([](Command& command) {
      command.new_namespaces({Namespace::user, Namespace::mount, Namespace::pid, Namespace::net,
                              Namespace::uts, Namespace::ipc, Namespace::cgroup});
      command.hostname("inside").mount_proc();
    });
    return differ("elsewhere", elsewhere(child), "user mnt pid net uts ipc cgroup") +
           differ("hostname", at(child, "hostname"), "inside") +
           differ("pid", at(child, "pid"), "1");
  };
  CHECK((is_root() ? as_user(somebody, work) : work()) == "");
}

TEST_CASE("the ids of a user namespace are those that were mapped") {
  if (skipped_without(Namespace::user)) return;
  const auto child_with = [](const IdMaps& maps) {
    Command command(reveal_path());
    command.arg("ready").in(Stdio::pipe()).out(Stdio::pipe());
    return command.new_namespace(Namespace::user).id_maps(maps).spawn();
  };
  const auto file_of = [](const Child& child, const char* file) {
    std::istringstream words(read_file(joined("/proc/", child.pid(), "/", file)));
    std::string text;
    for (std::string word; words >> word;) text += word + " ";
    return text;
  };
  const IdMaps own{.users = {{7, ::geteuid(), 1}}, .groups = {{8, ::getegid(), 1}}};
  const Child single = child_with(own);
  CHECK(file_of(single, "uid_map") == joined("7 ", ::geteuid(), " 1 "));
  CHECK(file_of(single, "gid_map") == joined("8 ", ::getegid(), " 1 "));
  CHECK(file_of(single, "setgroups") == "deny ");
  if (!is_root()) return;
  const Child many = child_with(
      {.users = {{0, 0, 1}, {1000, 70000, 50}}, .groups = {{0, 0, 100}}, .setgroups = true});
  CHECK(file_of(many, "uid_map") == "0 0 1 1000 70000 50 ");
  CHECK(file_of(many, "gid_map") == "0 0 100 ");
  CHECK(file_of(many, "setgroups") == "allow ");
}

TEST_CASE("a host name that is set is the child's alone") {
  if (!is_root() || skipped_without(Namespace::uts)) return;
  const std::string before = own_hostname();
  const Revealed child = reveal(
      [](Command& command) { command.new_namespace(Namespace::uts).hostname("somewhere-else"); });
  CHECK(at(child, "hostname") == "somewhere-else");
  CHECK(own_hostname() == before);
}

TEST_CASE("in a new pid namespace with its own /proc a child sees itself alone") {
  if (!is_root() || skipped_without(Namespace::pid)) return;
  const auto mounts = read_file("/proc/self/mountinfo");
  const Revealed child = reveal(
      [](Command& command) {
        command.new_namespaces({Namespace::pid, Namespace::mount}).mount_proc();
      },
      {"pids"});
  CHECK(at(child, "pids") == "1");
  CHECK(read_file("/proc/self/mountinfo") == mounts);
}

TEST_CASE("a child can join namespaces by their descriptors") {
  if (!is_root() || skipped_without(Namespace::uts)) return;
  const Child other = holder({Namespace::uts, Namespace::net, Namespace::ipc});
  const Fd uts = namespace_of(other, "uts");
  const Fd net = namespace_of(other, "net");
  const Revealed child = reveal([&](Command& command) {
    command.join_namespace(uts.get(), Namespace::uts).join_namespace(net.get(), Namespace::net);
  });
  CHECK(elsewhere(child) == "net uts");
  CHECK(at(child, "ns.uts") ==
        std::filesystem::read_symlink(joined("/proc/", other.pid(), "/ns/uts")).string());
  CHECK(at(child, "descriptors") == "0 1 2");
}

TEST_CASE("a child can join the namespaces of a process by its pidfd") {
  if (!is_root() || skipped_without(Namespace::uts)) return;
  const Child other = holder({Namespace::uts, Namespace::ipc});
  if (other.pidfd() < 0) return;
  const Revealed child = reveal([&](Command& command) {
    command.join_namespace(other.pidfd(), Namespace::uts);
    command.join_namespace(other.pidfd(), Namespace::ipc);
  });
  CHECK(elsewhere(child) == "uts ipc");
}

TEST_CASE("a child can join a user namespace, and the host name of that") {
  if (skipped_without(Namespace::user)) return;
  const auto work = []() -> std::string {
    const Child other = holder({Namespace::user, Namespace::uts});
    const Fd user = namespace_of(other, "user");
    const Fd uts = namespace_of(other, "uts");
    const Revealed child = reveal([&](Command& command) {
      command.join_namespace(user.get(), Namespace::user);
      command.join_namespace(uts.get(), Namespace::uts).hostname("joined");
    });
    return differ("elsewhere", elsewhere(child), "user uts") +
           differ("uid", at(child, "uid"), "0 0 0 0") +
           differ("hostname", at(child, "hostname"), "joined");
  };
  CHECK((is_root() ? as_user(somebody, work) : work()) == "");
}

TEST_CASE("a child's root is the directory that it was given, and so is its own directory") {
  if (!is_root()) {
    MESSAGE("skipped: needs root to change the root directory");
    return;
  }
  const std::string folder = std::filesystem::path(reveal_path()).parent_path();
  Command command("/reveal");
  const Revealed child = read_revealed(command.root(folder).output().out);
  CHECK(at(child, "root") == inode_of(folder));
  CHECK(at(child, "directory") == "/");
}

TEST_CASE("a pivoted root leaves no way back, and the caller's mounts alone") {
  if (!is_root() || skipped_without(Namespace::mount)) return;
  const auto mounts = read_file("/proc/self/mountinfo");
  const std::string folder = std::filesystem::path(reveal_path()).parent_path();
  Command command("/reveal");
  command.new_namespace(Namespace::mount).pivot_root(folder);
  const Revealed child = read_revealed(command.output().out);
  CHECK(at(child, "root").substr(at(child, "root").find(':')) ==
        inode_of(folder).substr(inode_of(folder).find(':')));
  CHECK(at(child, "directory") == "/");
  CHECK(at(read_revealed(command.arg("read:/etc/passwd").output().out), "read:/etc/passwd") ==
        std::to_string(ENOENT));
  CHECK(read_file("/proc/self/mountinfo") == mounts);
}

TEST_CASE("what a child mounts in its own namespace stays there") {
  if (!is_root() || skipped_without(Namespace::mount)) return;
  const auto mounts = read_file("/proc/self/mountinfo");
  const Folder folder;
  Command command("mount");
  command.args({"-t", "tmpfs", "none", folder.path()}).new_namespace(Namespace::mount);
  CHECK(command.run().success());
  CHECK(read_file("/proc/self/mountinfo") == mounts);
}
