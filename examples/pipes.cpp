// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Talks with a program through pipes.

#include <unistd.h>

#include <forklift/command.hpp>
#include <iostream>

using forklift::Child, forklift::Command, forklift::Stdio;

int main() {
  Child sort = Command("sort").in(Stdio::pipe()).out(Stdio::pipe()).env("LC_ALL", "C").spawn();
  const std::string words = "pear\napple\nfig\n";
  if (::write(sort.in().get(), words.data(), words.size()) < 0) return 1;
  sort.in().reset();  // the end of its input
  char sorted[100];
  for (ssize_t size; (size = ::read(sort.out().get(), sorted, sizeof sorted)) > 0;) {
    std::cout.write(sorted, size);
  }
  return sort.wait().success() ? 0 : 1;
}
