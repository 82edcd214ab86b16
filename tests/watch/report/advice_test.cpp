// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "advice/advice.hpp"

#include <doctest/doctest.h>

#include "made.hpp"

using namespace watch;
using process::Runtime;

namespace {

std::string told(Runtime runtime, const char* version, Problem ill = Problem::copying,
                 const Circumstances& circumstances = {}) {
  process::Process process;
  process.runtime = runtime;
  process.runtime_version = version;
  process.memory.anonymous = std::uint64_t{1} << 30;
  std::string text;
  for (const std::string& line : advice(process, ill, circumstances)) text += line + "\n";
  return text;
}

using made::says;

}  // namespace

TEST_CASE("native code is told of posix_spawn, and of memory that no child needs") {
  CHECK(says(told(Runtime::native, ""), "posix_spawn(3)"));
  CHECK(says(told(Runtime::native, "", Problem::copying, {{}, std::uint64_t{3} << 30}),
             "(the largest mapping has 3 GiB)"));
  CHECK_FALSE(says(told(Runtime::native, "", Problem::copying, {{}, 1 << 20}), "largest mapping"));
}

TEST_CASE("CPython is told of preexec_fn, and to be 3.10 or later only if it is not") {
  CHECK(says(told(Runtime::cpython, "3.9"), "use Python 3.10 or later"));
  CHECK_FALSE(says(told(Runtime::cpython, "3.10"), "use Python 3.10 or later"));
  CHECK_FALSE(says(told(Runtime::cpython, ""), "use Python 3.10 or later"));
  CHECK(says(told(Runtime::cpython, "3.11"), "neither preexec_fn"));
  CHECK(says(told(Runtime::cpython, "3.11"), "multiprocessing"));
  CHECK_FALSE(says(told(Runtime::cpython, "3.11", Problem::copying, {{"subprocess_fork_exec"}, 0}),
                   "multiprocessing"));
}

TEST_CASE("a JVM is told of POSIX_SPAWN from the version on that has it") {
  CHECK_FALSE(says(told(Runtime::jvm, "11.0.2"), "start java with"));
  CHECK(says(told(Runtime::jvm, "12.0.1"), "launchMechanism=POSIX_SPAWN (the default since 13)"));
  CHECK(says(told(Runtime::jvm, "17.0.15"), "start java with -Djdk.lang.Process.launchMechanism"));
}

TEST_CASE("Go is told of 1.9 if it is older, of 1.21 for its queue, and then of neither") {
  CHECK(says(told(Runtime::go, "go1.8.7"), "Go 1.9 or later"));
  CHECK_FALSE(says(told(Runtime::go, "go1.19.8"), "Go 1.9 or later"));
  CHECK(says(told(Runtime::go, "go1.19.8"), "CLONE_NEWUSER"));
  CHECK(says(told(Runtime::go, "go1.19.8", Problem::fork_lock), "Go 1.21 or later"));
  CHECK_FALSE(says(told(Runtime::go, "go1.21", Problem::fork_lock), "Go 1.21 or later"));
}

TEST_CASE("Redis is told to leave huge pages off, which others may use") {
  CHECK(says(told(Runtime::redis, "7.0.15"), "leave transparent huge pages off"));
  CHECK_FALSE(says(told(Runtime::redis, "7.0.15"), "MADV_HUGEPAGE"));
  CHECK(says(told(Runtime::native, ""), "MADV_HUGEPAGE"));
}

TEST_CASE("memory is spoken of only where a program has a say in it") {
  CHECK(says(told(Runtime::jvm, "17.0.15"), "UseTransparentHugePages"));
  CHECK_FALSE(says(told(Runtime::go, "go1.19.8"), "MADV_DONTFORK"));
  CHECK_FALSE(says(told(Runtime::node, ""), "MADV_DONTFORK"));
}

TEST_CASE("for each ill there is advice on each runtime") {
  for (const Runtime runtime : {Runtime::native, Runtime::go, Runtime::cpython, Runtime::jvm,
                                Runtime::node, Runtime::redis}) {
    for (int ill = 0; ill <= static_cast<int>(Problem::restarts); ++ill) {
      CHECK_FALSE(told(runtime, "", static_cast<Problem>(ill)).empty());
    }
  }
}
