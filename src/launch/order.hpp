// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <chrono>
#include <forklift/engine.hpp>
#include <forklift/stdio.hpp>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kernel/signal_guard.hpp"

namespace forklift::launch {

struct EnvironmentChange {
  std::string key;
  std::optional<std::string> value;  ///< absent: the variable is removed
};

/// Everything that a `Command` asks for, as plain data and unchecked.
struct Order {
  std::string program;
  std::vector<std::string> arguments;
  std::optional<std::string> argv0;

  std::vector<EnvironmentChange> environment;  ///< the last of a key counts
  bool clear_environment = false;

  std::map<int, Stdio> streams;  ///< by the child's number; 0 to 2 are inherited if absent
  std::optional<std::string> directory;
  std::optional<int> directory_descriptor;

  kernel::SignalSet mask = 0;
  bool inherit_mask = false;
  kernel::SignalSet ignored = 0;
  bool inherit_ignored = false;
  std::optional<int> bad_signal;  ///< a number that no signal has

  std::optional<mode_t> umask;
  bool new_session = false;
  std::optional<pid_t> process_group;

  std::optional<Engine> required;
  std::optional<std::chrono::nanoseconds> deadline;  ///< for the launch itself
};

/// Adds signals to `order.*set`; a number that is none makes the launch fail.
inline void add_signals(Order& order, kernel::SignalSet Order::*set,
                        std::initializer_list<int> signals) {
  for (const int signal : signals) {
    if (signal >= 1 && signal <= kernel::last_signal) {
      order.*set |= kernel::signal_bit(signal);
    } else {
      order.bad_signal = signal;
    }
  }
}

}  // namespace forklift::launch
