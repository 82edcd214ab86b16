// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace forklift::launch {

/// A system call as strace(1) names it, and how many arguments it prints.
struct CallName {
  const char* name;
  int arguments;
};
CallName name_of_call(long number);

/// A plain argument as strace(1) prints it: by its symbol where it has one.
std::string print_argument(long call, int index, long value);

}  // namespace forklift::launch
