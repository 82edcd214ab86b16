// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// A command keeps its plan; a change of the caller between two launches must
// affect the second one.

#include <signal.h>
#include <sys/resource.h>

#include <chrono>

#include "../support.hpp"

using forklift::Command, forklift::Stdio, forklift::Step;

namespace {

// The caller's limit of open files, for the length of a scope.
class OpenFiles {
 public:
  explicit OpenFiles(rlim_t soft) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit lower = before_;
    lower.rlim_cur = soft;
    ::setrlimit(RLIMIT_NOFILE, &lower);
  }
  ~OpenFiles() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

bool child_ignores(Command& command, int signal) {
  const auto result = command.output();
  const auto at = result.out.find("SigIgn:");
  REQUIRE(at != std::string::npos);
  const auto set = std::stoull(result.out.substr(at + 7), nullptr, 16);
  return set >> (signal - 1) & 1;
}

}  // namespace

TEST_CASE("a number beyond a limit that was lowered since the last launch is refused by name") {
  Command command("true");
  command.descriptor(200, Stdio::null());
  CHECK(command.run().success());
  const OpenFiles lower(150);
  const auto refused = command.try_spawn();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().step() == Step::descriptor);
  CHECK(refused.error().subject() == "onto 200, where RLIMIT_NOFILE allows 0 to 149");
}

TEST_CASE("a real-time signal that is ignored since the last launch is not ignored by the child") {
  using clock = std::chrono::steady_clock;
  const int signal = SIGRTMIN + 5;
  Command command("cat");
  command.arg("/proc/self/status");
  CHECK_FALSE(child_ignores(command, signal));
  const auto before = ::signal(signal, SIG_IGN);
  // The library's cache may be a tenth of a second old.
  bool ignores = true;
  for (const auto end = clock::now() + std::chrono::seconds(20); ignores && clock::now() < end;) {
    ignores = child_ignores(command, signal);
  }
  ::signal(signal, before);
  CHECK_FALSE(ignores);
}
