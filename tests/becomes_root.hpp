// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <forklift/command.hpp>

#include "comes_true.hpp"
#include "support.hpp"

inline constexpr int skipped = 77;
inline constexpr uid_t nobody = 65534;

/// A set-user-ID program, and what it reads: it lives until that is closed.
class BecomesRoot {
 public:
  BecomesRoot() {
    ::chmod(folder_.path().c_str(), 0755);
    std::filesystem::copy_file(helper("become_root"), program_);
    ::chmod(program_.c_str(), 04755);
    ::mkfifo(input_.c_str(), 0600);
    ::chmod(input_.c_str(), 0644);
    writer_ = forklift::Fd(::open(input_.c_str(), O_RDWR | O_CLOEXEC));
  }

  /// Whether it can: not without privileges to gain, or from a file system without them.
  bool works() const {
    return forklift::Command(program_).in(forklift::Stdio::null()).output().out == "r";
  }

  /// It writes "r" once it cannot be signalled any more.
  forklift::Command command() const {
    return forklift::Command(program_).in(forklift::Stdio::read(input_));
  }

  /// Once the child cannot be signalled any more.
  forklift::Child spawn() const {
    forklift::Child child = command().out(forklift::Stdio::pipe()).spawn();
    char word = 0;
    if (::read(child.out().get(), &word, 1) != 1) ::_exit(2);
    if (word != 'r') ::_exit(skipped);
    return child;
  }

  /// Its program ends when each half has called this.
  void close() { writer_.reset(); }

 private:
  Folder folder_;
  std::string program_ = folder_.path("program"), input_ = folder_.path("input");
  forklift::Fd writer_;
};

/// It runs, and we may not signal it.
inline bool runs(int pid) { return ::kill(pid, 0) < 0 && errno == EPERM; }

/// Runs `claim` as a user without rights, in a half of this process of its own. It
/// fails if that does not return: the child would have been waited for.
template <class Claim>
void check_as_nobody(Claim claim) {
  if (::geteuid() != 0) {
    MESSAGE("skipped: only root can give a program away");
    return;
  }
  BecomesRoot program;
  ::fflush(nullptr);
  const pid_t half = ::fork();
  if (half == 0) {
    ::alarm(60);
    if (::setresgid(nobody, nobody, nobody) < 0 || ::setresuid(nobody, nobody, nobody) < 0) {
      ::_exit(3);
    }
    if (!program.works()) ::_exit(skipped);
    ::_exit(claim(program) ? 0 : 1);
  }
  program.close();
  int status = 0;
  REQUIRE(::waitpid(half, &status, 0) == half);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == skipped) {
    MESSAGE("skipped: set-user-ID has no effect here");
    return;
  }
  CHECK(WEXITSTATUS(status) == 0);
}
