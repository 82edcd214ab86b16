// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Set-user-ID root: becomes root altogether, so that who launched it may not signal
// it. Writes "r", or "n" where it may not, and stays until its input ends.

#include <unistd.h>

int main() {
  ::alarm(120);  // nobody else could end it
  const char word = ::setresuid(0, 0, 0) == 0 ? 'r' : 'n';
  if (::write(1, &word, 1) != 1) return 1;
  char byte = 0;
  while (word == 'r' && ::read(0, &byte, 1) > 0) {
  }
}
