// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The first launch of a process copied its page tables, and remembered a
// shortage as a missing feature of the kernel.

#include <errno.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>

#include "../support.hpp"

using forklift::Command, forklift::Engine;

namespace {

std::string first_use(std::initializer_list<std::string> arguments) {
  const auto output = Command(helper("first_use")).args(arguments).output();
  CHECK(output.status.success());
  return output.out;
}

// Errno during the shortage, whether a launch worked then, the engine, what is missing.
struct After {
  std::string during, works, engine, missing;
};
After after(const std::string& resource) {
  std::istringstream words(first_use({"short", resource}));
  After seen;
  words >> seen.during >> seen.works >> seen.engine >> seen.missing;
  return seen;
}

std::string missing_here() {
  std::string missing;
  for (const auto& one : forklift::capabilities().capabilities) {
    if (!one.works) missing += one.name + ",";
  }
  return missing.substr(0, missing.find(' '));
}

bool is_sanitized() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return true;
#else
  return false;
#endif
}

void check_shortage(const std::string& resource, int error) {
  CAPTURE(resource);
  const After seen = after(resource);
  CHECK(seen.during == std::to_string(error));
  CHECK(seen.works == "1");
  CHECK(seen.engine == forklift::name(engine()));
  CHECK(seen.missing == missing_here());
}

}  // namespace

TEST_CASE("no first use, in whatever thread, makes pages fault that were written before") {
  if (is_sanitized()) {
    MESSAGE("skipped: sanitizers map and write memory of their own");
    return;
  }
  const bool copies = engine() == Engine::fork;
  for (const char* const thing :
       {"nothing", "reserve", "capabilities", "launch", "pipe", "second_stage", "thread",
        "lasting_thread", "meter", "after_fork"}) {
    CAPTURE(thing);
    const std::string_view name(thing);
    const bool launches = name != "nothing" && name != "reserve" && name != "capabilities";
    if (copies && launches) continue;  // its purpose
    // 65536 pages; a few belong to the program.
    CHECK(std::stol(first_use({"faults", thing})) < 1000);
  }
}

TEST_CASE("what had run out at the first launch fails that launch, and is forgotten") {
  if (is_sanitized()) {
    MESSAGE("skipped: sanitizers need descriptors");
    return;
  }
  check_shortage("descriptors", EMFILE);
}

TEST_CASE("a first launch without a process to be had leaves the best engine to the next") {
  check_shortage("processes", EAGAIN);
}

TEST_CASE(
    "a first second stage beyond the file size limit fails that launch, and no signal comes") {
  const After seen = after("file_size");
  const bool has_second_stage = engine() != Engine::fork;
  CHECK(seen.during == (has_second_stage ? std::to_string(EFBIG) : "success"));
  CHECK(seen.works == "1");
  CHECK(seen.missing == missing_here());
}

TEST_CASE("a first launch without memory leaves the best engine to the next") {
  if (is_sanitized()) {
    MESSAGE("skipped: sanitizers need memory");
    return;
  }
  check_shortage("memory", ENOMEM);
}

TEST_CASE("a file that has the number and the inode of the second stage is not executed") {
  if (::geteuid() != 0 || engine() == Engine::fork) {
    MESSAGE("skipped: needs root, and an engine with a second stage");
    return;
  }
  const auto status = Command(helper("first_use")).arg("closed").run();
  if (status.code() == 77) {
    MESSAGE("skipped: no such file can be made here");
    return;
  }
  CHECK(status.code() == 42);
}

TEST_CASE("a filter that kills for a call kills neither capabilities nor launches without it") {
  utsname system{};
  REQUIRE(::uname(&system) == 0);
  const std::string_view release(system.release);
  if (release.starts_with("4.") || release.starts_with("5.")) {
    MESSAGE("skipped: before Linux 5.16 who shares memory dies together");
    return;
  }
  for (const std::string call :
       {"clone3", "close_range", "pipe2", "socketpair", "get_robust_list", "pidfd_open",
        "pidfd_send_signal", "pidfds", "memfd_create", "memfd_create,clone3,get_robust_list"}) {
    CAPTURE(call);
    const auto under_filter = [&](const char* kind) {
      return Command(helper("deny"))
          .args({"KILL", call, "--", helper("first_use"), kind})
          .out(forklift::Stdio::null())
          .run();
    };
    CHECK(under_filter("engine").success());
    // A forced engine has requirements.
    if (call == "close_range" && ::getenv("FORKLIFT_ENGINE")) continue;
    if (call == "pipe2" && (engine() == Engine::fork || is_sanitized())) continue;
    CHECK(under_filter("launch").success());
  }
}

TEST_CASE("a child enters its new time namespace itself, as exec does only since Linux 6.3") {
  const std::string plan = Command("/bin/true").new_namespace(forklift::Namespace::time).explain();
  const auto made = plan.find("unshare"), entered = plan.find("setns");
  CAPTURE(plan);
  CHECK(made < entered);
  CHECK(entered < plan.rfind("exec"));
}

TEST_CASE("a program with more rights than its caller does not obey FORKLIFT_ENGINE") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: a set-user-id program can be made as root only");
    return;
  }
  if (::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 0) {
    MESSAGE("skipped: this process gains no new privileges as it is");
    return;
  }
  const Folder folder;
  const std::string program = folder.path("privileged");
  std::filesystem::copy_file(helper("first_use"), program);
  REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
  REQUIRE(::chmod(program.c_str(), 04755) == 0);
  const auto output = Command(program)
                          .arg("engine")
                          .env("FORKLIFT_ENGINE", "nonsense")
                          .user(61238U)
                          .group(61238U)
                          .groups({})
                          .output();
  CHECK(output.status.success());
  CHECK(output.out.find("nonsense") == std::string::npos);
}
