// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "go_program.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <utility>

namespace {

void wait_for_line(int from) {
  char c = 0;
  while (c != '\n') {
    if (::read(from, &c, 1) != 1) throw std::runtime_error("the Go program said nothing");
  }
}

}  // namespace

std::optional<GoProgram> GoProgram::start(const std::string& kind) {
  std::string path = std::string(FORKLIFT_GO_PROGRAMS) + "/hang_" + kind;
  if (::access(path.c_str(), X_OK) != 0) return std::nullopt;
  int in[2];
  int out[2];
  if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) {
    throw std::runtime_error("no pipe");
  }
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in[0], 0);
  ::posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  GoProgram program;
  char* const arguments[] = {path.data(), nullptr};
  const int error =
      ::posix_spawn(&program.pid_, path.c_str(), &actions, nullptr, arguments, environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]);
  ::close(out[1]);
  program.input_ = in[1];
  if (error == 0) wait_for_line(out[0]);
  ::close(out[0]);
  if (error != 0) throw std::runtime_error("the Go program does not start");
  return program;
}

GoProgram::GoProgram(GoProgram&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), input_(std::exchange(other.input_, -1)) {}

GoProgram::~GoProgram() {
  if (input_ >= 0) ::close(input_);  // it ends with its input
  if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
}
