// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "stack_names.hpp"

#include <doctest/doctest.h>
#include <execinfo.h>
#include <gnu/libc-version.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace somewhere {

// Not in tail position, or its frame would be gone.
[[gnu::noinline]] int stack_from_here(void** frames, int most) {
  return std::max(::backtrace(frames, most), 1);
}

}  // namespace somewhere

TEST_CASE("the frames of one's own stack have the names of their functions") {
  void* frames[32];
  const int depth = somewhere::stack_from_here(frames, 32);
  StackNames names(::getpid());
  // A sanitizer's own backtrace may be the innermost.
  const auto is_ours = [&names](const void* frame) {
    return names.at(frame).function == "somewhere::stack_from_here(void**, int)";
  };
  void** const ours = std::find_if(frames, frames + depth, is_ours);
  REQUIRE(ours != frames + depth);
  const Frame& frame = names.at(*ours);
  CHECK(frame.module == "inside_test");
  CHECK(frame.offset > 0);
  CHECK(print(frame).starts_with("somewhere::stack_from_here(void**, int)+0x"));
  CHECK(names.at(frames[depth - 1]).function.find("_start") != std::string::npos);
}

TEST_CASE("functions of the C library have names, too") {
  StackNames names(::getpid());
  const Frame& frame = names.at(reinterpret_cast<const void*>(&::gnu_get_libc_version), false);
  CHECK(frame.module.starts_with("libc"));
  CHECK(frame.function.find("gnu_get_libc_version") != std::string::npos);
  CHECK(frame.offset == 0);
}

TEST_CASE("an address where nothing is mapped is printed as it is") {
  StackNames names(::getpid());
  const Frame& frame = names.at(reinterpret_cast<const void*>(0x10));
  CHECK(frame.function.empty());
  CHECK(frame.module.empty());
  CHECK(print(frame) == "0x10");
}

TEST_CASE("a frame without a name is told by its module") {
  Frame frame;
  frame.module = "libold.so.1";
  frame.offset = 0x4711;
  CHECK(print(frame) == "libold.so.1+0x4711");
}

TEST_CASE("a function's name is shortened by what is in its brackets") {
  CHECK(shorten("std::vector<int, std::allocator<int> >::f(std::string) const") ==
        "std::vector<>::f() const");
  CHECK(shorten("f(int) [clone .part.0]") == "f()");
  CHECK(shorten("A::operator->()") == "A::operator->()");
  CHECK(shorten("os/exec.(*Cmd).Start") == "os/exec.(*Cmd).Start");
  CHECK(shorten("runtime.goexit.abi0") == "runtime.goexit");
}

TEST_CASE("a function of a library is named without its version") {
  StackNames names(::getpid());
  const Frame& frame = names.at(reinterpret_cast<const void*>(&::posix_spawn), false);
  CHECK(frame.function.find("posix_spawn") != std::string::npos);
  CHECK(frame.function.find('@') == std::string::npos);
}

TEST_CASE("the frames of another process have names, and one that is gone is refused") {
  const pid_t child = ::fork();
  if (child == 0) {
    for (;;) ::pause();
  }
  {
    StackNames names(child);
    const auto* const place = reinterpret_cast<const void*>(&somewhere::stack_from_here);
    CHECK(names.at(place, false).function == "somewhere::stack_from_here(void**, int)");
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  CHECK_THROWS_AS(StackNames gone(child), std::runtime_error);
}
