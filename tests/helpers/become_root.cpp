// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Set-user-ID root: becomes root completely, so that its launcher may not
// signal it. Writes "r", or "n" if it fails, and stays until its input ends.

#include <unistd.h>

int main() {
  ::alarm(120);  // no other process could end it
  const char word = ::setresuid(0, 0, 0) == 0 ? 'r' : 'n';
  if (::write(1, &word, 1) != 1) return 1;
  char byte = 0;
  while (word == 'r' && ::read(0, &byte, 1) > 0) {
  }
}
