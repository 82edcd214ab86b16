// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/gate.hpp"

#include <errno.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <forklift/command.hpp>
#include <forklift/fork_lock.hpp>
#include <system_error>
#include <utility>

#include "refusal.hpp"

namespace watch {
namespace {

// Their numbers in the child.
constexpr int gate_number = 3;
constexpr int outcome_number = 4;

forklift::Pipe open_pipe() {
  auto pipe = forklift::fork_exec_pipe();
  if (!pipe) throw std::system_error(pipe.error(), "cannot open a pipe");
  return std::move(*pipe);
}

forklift::Child launch(const std::vector<std::string>& argv, int gate, int outcome) {
  using forklift::Stdio;
  return forklift::Command("/proc/self/exe")
      .arg(gate_word)
      .args(argv)
      .descriptor(gate_number, Stdio::descriptor(gate))
      .descriptor(outcome_number, Stdio::descriptor(outcome))
      .inherit_ignored_signals()
      .spawn();
}

}  // namespace

GatedProgram::GatedProgram(const std::vector<std::string>& argv)
    : program_(argv.front()), child_([&] {
        forklift::Pipe gate = open_pipe();
        forklift::Pipe outcome = open_pipe();
        gate_ = std::move(gate.writing);
        outcome_ = std::move(outcome.reading);
        return launch(argv, gate.reading.get(), outcome.writing.get());
      }()) {}

void GatedProgram::open() {
  const char word = 0;
  int error = 0;
  // A process killed at the gate reads nothing: that ends the pipe, too.
  if (::write(gate_.get(), &word, 1) == 1) {
    while (::read(outcome_.get(), &error, sizeof error) < 0 && errno == EINTR) {
    }
  }
  gate_.reset();
  if (error == 0) return;
  throw Refusal(
      fmt::format("cannot run '{}': {}", program_, std::generic_category().message(error)));
}

void wait_at_gate(char** argv) {
  char word = 0;
  ssize_t got = 0;
  while ((got = ::read(gate_number, &word, 1)) < 0 && errno == EINTR) {
  }
  if (got != 1) ::_exit(125);  // the watcher is gone
  ::close(gate_number);
  ::fcntl(outcome_number, F_SETFD, FD_CLOEXEC);
  ::execvp(argv[0], argv);
  const int error = errno;
  const ssize_t told = ::write(outcome_number, &error, sizeof error);
  ::_exit(told > 0 ? 127 : 126);
}

}  // namespace watch
