// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Runs a program, captures its output, and distinguishes its failure from ours.

#include <forklift/command.hpp>
#include <iostream>

using forklift::Command, forklift::LaunchError, forklift::Output;
using namespace std::chrono_literals;

int main(int argc, char** argv) {
  const std::string program = argc > 1 ? argv[1] : "uname";
  try {
    const Output output = Command(program).arg("-s").output({.limit = 1 << 20, .timeout = 10s});
    std::cout << program << " " << output.status.text() << " and wrote: " << output.out;
    if (output.timed_out) std::cout << "(stopped after 10 s)\n";
    return output.status.success() ? 0 : 1;
  } catch (const LaunchError& error) {
    std::cerr << error.what() << "\n";  // the step, what it was about, and why
    return 2;
  }
}
