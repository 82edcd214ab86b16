// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace forklift::launch {

/// The name of a system call in strace(1), and how many arguments it prints.
struct CallName {
  const char* name;
  int arguments;
};
CallName name_of_call(long number);

/// A plain argument in the format of strace(1): its symbol, if any.
std::string print_argument(long call, int index, long value);

}  // namespace forklift::launch
