// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Starts a launch, does something else meanwhile, and finishes it.

#include <forklift/command.hpp>
#include <iostream>

using forklift::Command, forklift::Launch;
using namespace std::chrono_literals;

int main() {
  forklift::reserve();  // early: while low descriptor numbers are still free
  const Command command = Command("true").launch_deadline(5s);
  Launch launch = command.start();  // returns as soon as there is a child
  int worked = 0;
  while (!launch.done()) ++worked;  // an event loop would serve its clients here
  auto child = std::move(launch).finish();
  if (!child) {
    std::cerr << child.error().what() << "\n";
    return 1;
  }
  std::cout << "the program runs as " << child->pid() << "\n";
  return child->wait().success() && worked >= 0 ? 0 : 1;
}
