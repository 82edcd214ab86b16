// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Feeds a program piece by piece, takes its lines as they come, and stops it
// with all it started if it takes too long.

#include <forklift/command.hpp>
#include <iostream>

using forklift::Child, forklift::Command, forklift::Input, forklift::Line, forklift::Sink;
using forklift::Stdio;
using namespace std::chrono_literals;

int main() {
  Child child = Command("sed")
                    .args({"-u", "s/$/!/"})
                    .in(Stdio::pipe())
                    .out(Stdio::pipe())
                    .process_group()  // so that a time limit reaches the whole tree
                    .spawn();
  int left = 3;
  std::string piece;
  const auto next = [&]() -> std::string_view {
    piece = left > 0 ? std::to_string(left--) + "\n" : "";
    return piece;
  };
  const auto print = [](const Line& line) { std::cout << line.text << "\n"; };
  const auto result = child.communicate(
      {.input = Input::from(next), .out = Sink::lines(print, 1000), .timeout = 10s});
  std::cout << "sed " << result.status.text() << (result.timed_out ? ", stopped\n" : "\n");
  return result.status.success() ? 0 : 1;
}
