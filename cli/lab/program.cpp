// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/program.hpp"

#include <forklift/command.hpp>
#include <stdexcept>

#include "lab/companion.hpp"

namespace lab {
namespace {

constexpr const char* nothing = "forklift-nothing";

std::string find_nothing() {
  if (const auto file = find_companion(nothing)) return *file;
  throw std::runtime_error(
      "the do-nothing program forklift-nothing is neither beside the command "
      "nor in its libexec directory; name another with --program");
}

void launch_once(const std::string& program) {
  const auto output =
      forklift::Command(program).try_output({.limit = 0, .timeout = std::chrono::seconds(5)});
  if (!output) throw std::runtime_error(output.error().what());
  if (output->timed_out) {
    throw std::runtime_error("program '" + program + "' does not end within 5 s");
  }
  if (!output->status.success()) {
    throw std::runtime_error("program '" + program + "' " + output->status.text());
  }
}

}  // namespace

Program try_program(const std::string& asked) {
  Program program = asked.empty() ? Program{find_nothing(), nothing} : Program{asked, asked};
  launch_once(program.path);
  return program;
}

}  // namespace lab
