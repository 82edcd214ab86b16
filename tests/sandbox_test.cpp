// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The restrictions of a child.

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>

#include "filters.hpp"
#include "reveal.hpp"

using forklift::Command, forklift::Fd, forklift::Landlock, forklift::Step;

namespace {

constexpr uid_t somebody = 61234;

bool skipped_without_landlock() {
  if (::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0) {
    return false;
  }
  MESSAGE("skipped: this kernel has no Landlock");
  return true;
}

std::string reveal_folder() { return std::filesystem::path(reveal_path()).parent_path(); }

// The rights of a child in two directories; only the first was permitted.
struct Folders {
  Folders() {
    for (const Folder* const folder : {&given, &other}) {
      ::chmod(folder->path().c_str(), 0777);
      folder->file("file", "text", 0666);
    }
  }
  std::vector<std::string> probes() const {
    std::vector<std::string> all;
    for (const Folder* const folder : {&given, &other}) {
      for (const char* const verb : {"read:", "write:"}) all.push_back(verb + folder->path("file"));
      all.push_back("make:" + folder->path("made"));
    }
    return all;
  }
  // "rwm" of the given folder, "/", and of the other; "-" for what is denied.
  std::string may(const Command& limited) const {
    Command command = limited;
    const Revealed child = read_revealed(command.args(probes()).output().out);
    std::string text;
    for (const std::string& probe : probes()) {
      const std::string answer = at(child, probe);
      text += answer == "0" ? probe.substr(0, 1) : answer == std::to_string(EACCES) ? "-" : "?";
      if (text.size() == 3) text += "/";
    }
    return text;
  }
  Folder given, other;
};

Command revealing() { return Command(reveal_path()); }

Fd ruleset_for(const std::string& path) {
  const landlock_ruleset_attr handled{.handled_access_fs = LANDLOCK_ACCESS_FS_READ_FILE |
                                                           LANDLOCK_ACCESS_FS_WRITE_FILE |
                                                           LANDLOCK_ACCESS_FS_MAKE_DIR};
  Fd ruleset(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0)));
  for (const std::string& allowed : {path, reveal_folder()}) {
    const Fd place(::open(allowed.c_str(), O_PATH | O_CLOEXEC));
    const landlock_path_beneath_attr rule{.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE,
                                          .parent_fd = place.get()};
    ::syscall(SYS_landlock_add_rule, ruleset.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  }
  return ruleset;
}

// Under another program's filter, for instance.
bool skipped_where_none_are_gained() {
  if (::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0) return false;
  MESSAGE("skipped: this process gains no new privileges as it is");
  return true;
}

}  // namespace

TEST_CASE("a filter answers a system call of the program, and no other") {
  const Revealed child = reveal(
      [](Command& command) { command.no_new_privileges().seccomp(denying(SYS_getppid, ENOTTY)); },
      {joined("call:", SYS_getppid), joined("call:", SYS_getpid)});
  CHECK(at(child, joined("call:", SYS_getppid)) == std::to_string(ENOTTY));
  CHECK(at(child, joined("call:", SYS_getpid)) == "0");
}

TEST_CASE("a program under a filter is in filter mode") {
  const Revealed child = reveal(
      [](Command& command) { command.no_new_privileges().seccomp(denying(SYS_getppid, ENOTTY)); });
  CHECK(at(child, "seccomp") == "2");
  CHECK(at(child, "no_new_privileges") == "1");
  CHECK(at(reveal([](Command&) {}), "seccomp") != "?");
}

TEST_CASE("a program that makes a call which its filter kills for ends by SIGSYS") {
  Command command(reveal_path());
  command.arg(joined("call:", SYS_getppid)).no_new_privileges();
  const auto status = command.seccomp(killing(SYS_getppid)).run();
  CHECK(status.signal() == SIGSYS);
}

TEST_CASE("a filter needs no_new_privileges, or a privilege") {
  if (skipped_where_none_are_gained()) return;
  const auto without = [](const Command& command) {
    return fails_otherwise(command, Step::seccomp, EACCES);
  };
  const Command filtered = revealing().arg("none").seccomp(denying(SYS_getppid, ENOTTY));
  if (has_privilege(CAP_SYS_ADMIN)) {
    CHECK(Command(filtered).run().success());
    CHECK(as_user(somebody, [&] { return without(filtered); }) == "");
  } else {
    CHECK(without(filtered) == "");
  }
}

TEST_CASE("who is not root can filter and restrict what it launches") {
  if (skipped_without_landlock()) return;
  const Folders folders;
  const auto work = [&]() -> std::string {
    const Command limited =
        revealing()
            .no_new_privileges()
            .landlock(Landlock().read_only(folders.given.path()).read_only(reveal_folder()))
            .seccomp(denying(SYS_getppid, ENOTTY));
    return differ("what it may", folders.may(limited), "r--/---");
  };
  CHECK((is_root() ? as_user(somebody, work) : work()) == "");
}

TEST_CASE("below what it may read a child reads and does not write, and elsewhere neither") {
  if (skipped_without_landlock()) return;
  const Folders folders;
  CHECK(folders.may(revealing()) == "rwm/rwm");
  ::rmdir(folders.given.path("made").c_str());
  ::rmdir(folders.other.path("made").c_str());
  const Landlock rules = Landlock().read_only(folders.given.path()).read_only(reveal_folder());
  CHECK(folders.may(revealing().no_new_privileges().landlock(rules)) == "r--/---");
}

TEST_CASE("below what it may write a child does all, and elsewhere nothing") {
  if (skipped_without_landlock()) return;
  const Folders folders;
  const Landlock rules = Landlock().read_write(folders.given.path()).read_only(reveal_folder());
  CHECK(folders.may(revealing().no_new_privileges().landlock(rules)) == "rwm/---");
}

TEST_CASE("a child has exactly the rights that were allowed") {
  if (skipped_without_landlock()) return;
  const Folders folders;
  const Landlock rules = Landlock()
                             .allow(folders.given.path(), LANDLOCK_ACCESS_FS_MAKE_DIR)
                             .read_only(reveal_folder());
  CHECK(folders.may(revealing().no_new_privileges().landlock(rules)) == "--m/---");
}

TEST_CASE("a program that its rules do not let it execute is not launched") {
  if (skipped_without_landlock()) return;
  const Folder folder;
  const Command command =
      revealing().no_new_privileges().landlock(Landlock().read_write(folder.path()));
  CHECK(fails_otherwise(command, Step::exec, EACCES, reveal_path()) == "");
}

TEST_CASE("a ruleset of the caller's restricts the child and not the caller") {
  if (skipped_without_landlock()) return;
  const Folders folders;
  const Fd ruleset = ruleset_for(folders.given.path());
  REQUIRE(ruleset);
  CHECK(folders.may(revealing().no_new_privileges().landlock(ruleset.get())) == "r--/---");
  CHECK(::mkdir(folders.other.path("made").c_str(), 0755) == 0);
  const Revealed child = reveal(
      [&](Command& command) { command.no_new_privileges().landlock(ruleset.get()); }, {"none"});
  CHECK(child.empty());
}

TEST_CASE("restricting needs no_new_privileges, or a privilege") {
  if (skipped_where_none_are_gained()) return;
  if (skipped_without_landlock()) return;
  const Command limited = revealing().arg("none").landlock(Landlock().read_only("/"));
  const auto without = [&] { return fails_otherwise(limited, Step::landlock, EPERM); };
  if (has_privilege(CAP_SYS_ADMIN)) {
    CHECK(Command(limited).run().success());
    CHECK(as_user(somebody, without) == "");
  } else {
    CHECK(without() == "");
  }
}
