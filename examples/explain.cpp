// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Shows the system calls that a launch would make, without making one.

#include <signal.h>

#include <forklift/command.hpp>
#include <iostream>

using forklift::Command, forklift::Stdio;

int main() {
  std::cout << Command("/usr/bin/make")
                   .args({"-j8", "all"})
                   .directory("/tmp")
                   .in(Stdio::null())
                   .out(Stdio::append("build.log"))
                   .err(Stdio::same_as(1))
                   .umask(022)
                   .new_session()
                   .ignore_signals({SIGHUP})
                   .explain();
}
