// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// A child that had become another user was waited for until it ended by itself.

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "../support.hpp"

using forklift::Child, forklift::Command, forklift::Fd, forklift::Stdio;
using namespace std::chrono_literals;

namespace {

constexpr int skipped = 77;
constexpr uid_t nobody = 65534;

// A set-user-ID program, and its input: it lives until that is closed.
class BecomesRoot {
 public:
  BecomesRoot() {
    ::chmod(folder_.path().c_str(), 0755);
    std::filesystem::copy_file(helper("become_root"), program_);
    ::chmod(program_.c_str(), 04755);
    ::mkfifo(input_.c_str(), 0600);
    ::chmod(input_.c_str(), 0644);
    writer_ = Fd(::open(input_.c_str(), O_RDWR | O_CLOEXEC));
  }

  // Once the child can no longer be signalled.
  Child spawn() const {
    Child child = Command(program_).in(Stdio::read(input_)).out(Stdio::pipe()).spawn();
    char word = 0;
    if (::read(child.out().get(), &word, 1) != 1) ::_exit(2);
    if (word != 'r') ::_exit(skipped);
    return child;
  }

 private:
  Folder folder_;
  std::string program_ = folder_.path("program"), input_ = folder_.path("input");
  Fd writer_;
};

bool runs(int pid) { return ::kill(pid, 0) < 0 && errno == EPERM; }

// Runs `claim` as an unprivileged user, in a separate fork of this process.
template <class Claim>
void check_as_nobody(Claim claim) {
  if (::geteuid() != 0) {
    MESSAGE("skipped: only root can give a program away");
    return;
  }
  const BecomesRoot program;
  const pid_t half = ::fork();
  if (half == 0) {
    if (::setresgid(nobody, nobody, nobody) < 0 || ::setresuid(nobody, nobody, nobody) < 0) {
      ::_exit(3);
    }
    ::_exit(claim(program) ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(half, &status, 0) == half);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == skipped) {
    MESSAGE("skipped: set-user-ID has no effect here");
    return;
  }
  CHECK(WEXITSTATUS(status) == 0);
}

}  // namespace

TEST_CASE("the time limit of a child that cannot be killed ends with still_running") {
  check_as_nobody([](const BecomesRoot& program) {
    Child child = program.spawn();
    const int pid = child.pid();
    const auto output = child.communicate({.timeout = 0ns, .grace = 0ns});
    return output.timed_out && output.status.still_running() && !output.status.lost() &&
           output.status.refusal() == EPERM && runs(pid);
  });
}

TEST_CASE("stop and stop_tree of a child that cannot be killed say still_running") {
  check_as_nobody([](const BecomesRoot& program) {
    Child child = program.spawn(), leader = program.spawn();
    return child.stop(0ns).still_running() && child.wait().still_running() &&
           leader.stop_tree(0ns).status.still_running() && !leader.kill_tree();
  });
}

TEST_CASE("the end of a Child does not wait for a child that cannot be killed") {
  check_as_nobody([](const BecomesRoot& program) {
    const int pid = program.spawn().pid();
    return runs(pid);
  });
}
