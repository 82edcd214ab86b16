// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Numbers that the kernel interprets as "unchanged", "default" or "none", and
// our own "none": from a caller, each is an error that names its step and
// itself.

#include <unistd.h>

#include "reveal.hpp"

using forklift::Cgroup, forklift::Command, forklift::IdMaps, forklift::Input,
    forklift::MemoryPolicy, forklift::Namespace, forklift::Stdio, forklift::Step;

namespace {

constexpr auto unchanged = static_cast<std::uint32_t>(-1);

Command given() { return Command("true"); }

// Of a new namespace, with one range of user ids.
Command mapped(forklift::IdRange range) {
  return given().new_namespace(Namespace::user).id_maps({.users = {range}});
}

}  // namespace

TEST_CASE("an id of -1 is refused, not taken for the caller's own") {
  for (const Command& command :
       {given().user(unchanged), given().user("4294967295"), given().user(unchanged).group(5U)}) {
    CHECK(fails_otherwise(command, Step::identity, EINVAL, "4294967295") == "");
  }
  for (const Command& command :
       {given().group(unchanged), given().group("4294967295"), given().groups({1, unchanged}),
        given().user("0").group("4294967295")}) {
    CHECK(fails_otherwise(command, Step::identity, EINVAL, "4294967295") == "");
  }
}

TEST_CASE("a user without an entry and without a group is half an identity, and refused") {
  constexpr uid_t nobodys = 61235;
  CHECK(fails_otherwise(given().user(nobodys), Step::identity, EINVAL, "61235") == "");
  CHECK(fails_otherwise(given().user("61235"), Step::identity, EINVAL, "without a group") == "");
  if (!is_root()) return;
  const Revealed child = reveal([](Command& command) { command.user("61235").group(61236U); });
  CHECK(at(child, "uid") == "61235 61235 61235 61235");
  CHECK(at(child, "gid") == "61236 61236 61236 61236");
  CHECK(at(child, "groups") == "none");
}

TEST_CASE("more groups than the kernel takes are refused in a short sentence") {
  const auto failed = given().groups(std::vector<gid_t>(65537, 1)).try_spawn();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().step() == Step::identity);
  CHECK(failed.error().subject().find("65537") != std::string::npos);
  CHECK(std::string(failed.error().what()).size() < 200);
}

TEST_CASE("a range of ids that the kernel would not take is refused before a child is made") {
  for (const forklift::IdRange range :
       {forklift::IdRange{unchanged, 0, 1}, {0, unchanged, 1}, {1, 1, unchanged}, {0, 0, 0}}) {
    CHECK(fails_otherwise(mapped(range), Step::id_map, EINVAL, "uid_map") == "");
  }
}

TEST_CASE("a mode beyond its bits is refused, not cut") {
  CHECK(fails_otherwise(given().umask(static_cast<mode_t>(-1)), Step::umask, EINVAL, "3777") == "");
  CHECK(fails_otherwise(given().umask(01000), Step::umask, EINVAL, "1000") == "");
  const Folder folder;
  const auto command = given().out(Stdio::truncate(folder.path("x"), static_cast<mode_t>(-1)));
  CHECK(fails_otherwise(command, Step::open, EINVAL, "mode 37777777777") == "");
}

TEST_CASE("a process group below 0 is refused") {
  CHECK(fails_otherwise(given().process_group(-1), Step::group, EINVAL, "-1") == "");
}

TEST_CASE("a descriptor of -1 is an error wherever one is given") {
  CHECK(fails_otherwise(given().foreground(-1), Step::foreground, EBADF, "-1") == "");
  CHECK(fails_otherwise(given().controlling_terminal(-1), Step::terminal, EBADF, "-1") == "");
  CHECK(fails_otherwise(given().landlock(-1), Step::landlock, EBADF, "-1") == "");
  CHECK(fails_otherwise(given().cgroup(Cgroup::at(-1)), Step::cgroup, EBADF, "-1") == "");
  CHECK(fails_otherwise(given().directory(-1), Step::directory, EBADF, "-1") == "");
  CHECK(fails_otherwise(given().in(Stdio::descriptor(-1)), Step::descriptor, EBADF, "-1") == "");
}

TEST_CASE("an input from a descriptor that is not open is an error, not an empty input") {
  for (const int number : {-1, -100, 99999}) {
    try {
      Command("cat").output({.input = Input::descriptor(number)});
      FAIL("no error for " << number);
    } catch (const std::system_error& error) {
      CHECK(error.code() == std::errc::bad_file_descriptor);
      CHECK(std::string(error.what()).find(std::to_string(number)) != std::string::npos);
    }
  }
}

TEST_CASE("a terminal of no rows or no columns is refused") {
  CHECK(fails_otherwise(given().pty({.rows = 0}), Step::terminal, EINVAL, "0 rows") == "");
  CHECK(fails_otherwise(given().pty({.columns = 0}), Step::terminal, EINVAL, "0 columns") == "");
}

TEST_CASE("a memory policy has nodes if it is about some, and none otherwise") {
  using Mode = MemoryPolicy::Mode;
  for (const Mode mode : {Mode::preferred, Mode::bind, Mode::interleave}) {
    const auto command = given().memory_policy({.mode = mode});
    CHECK(fails_otherwise(command, Step::memory_policy, EINVAL, "no node") == "");
  }
  const auto command = given().memory_policy({.mode = Mode::local, .nodes = {0}});
  CHECK(fails_otherwise(command, Step::memory_policy, EINVAL, "nodes") == "");
}

TEST_CASE("a score, a nice value and a processor out of range are refused") {
  CHECK(fails_otherwise(given().oom_score(-1001), Step::memory_policy, EINVAL, "-1001") == "");
  CHECK(fails_otherwise(given().nice(-21), Step::scheduling, EINVAL, "-21") == "");
  CHECK(fails_otherwise(given().cpus({0, -1}), Step::scheduling, EINVAL, "-1") == "");
}
