// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Runs a program that may read the system and nothing else, with little
// processor time, in namespaces of its own, and no longer than we live.

#include <forklift/command.hpp>
#include <iostream>

using forklift::Command, forklift::Landlock, forklift::LaunchError, forklift::Namespace;
using namespace std::chrono_literals;

int main() {
  Landlock readable;
  for (const char* const path : {"/usr", "/etc", "/bin", "/lib", "/lib64"})
    readable.read_only(path);
  const Command command = Command("ls")
                              .arg("/tmp")
                              .no_new_privileges()
                              .landlock(readable)
                              .new_namespaces({Namespace::user, Namespace::net, Namespace::ipc})
                              .limit(forklift::Resource::cpu, 1)
                              .nice(10)
                              .die_with_parent();
  std::cout << command.explain();
  const auto output = command.try_output({.timeout = 10s});
  if (!output) {
    std::cout << output.error().what()
              << "\n";  // a kernel without Landlock, or a namespace forbidden
    return 0;
  }
  std::cout << output->status.text() << ": " << output->err;
  return output->status.success() ? 1 : 0;  // /tmp is not readable
}
