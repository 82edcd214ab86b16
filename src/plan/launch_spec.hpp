// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <linux/filter.h>

#include <chrono>
#include <forklift/capability_set.hpp>
#include <forklift/cgroup.hpp>
#include <forklift/engine.hpp>
#include <forklift/landlock.hpp>
#include <forklift/limit.hpp>
#include <forklift/namespaces.hpp>
#include <forklift/scheduling.hpp>
#include <forklift/stdio.hpp>
#include <forklift/terminal.hpp>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "kernel/signal_guard.hpp"

namespace forklift::launch {

struct EnvironmentChange {
  std::string key;
  std::optional<std::string> value;  ///< absent: the variable is removed
};

/// The child's user, groups and capabilities.
struct Identity {
  std::variant<std::monostate, uid_t, std::string> user;
  std::variant<std::monostate, gid_t, std::string> group;
  std::optional<std::vector<gid_t>> groups;
  bool keep_groups = false;
  std::optional<CapabilitySets> capabilities;
  bool no_new_privileges = false;
  std::optional<unsigned> securebits;
};

/// The child's resources and scheduling.
struct ResourceLimits {
  std::map<Resource, Limit> by_resource;
  std::optional<int> nice;
  std::optional<Scheduling> scheduling;
  std::optional<std::vector<int>> cpus;
  std::optional<IoPriority> io_priority;
  std::optional<int> oom_score;
  std::optional<std::chrono::nanoseconds> timer_slack;
  std::optional<bool> huge_pages;
  std::optional<MemoryPolicy> memory_policy;
};

/// The child's view of the system.
struct Isolation {
  std::set<Namespace> made;
  std::optional<IdMaps> id_maps;
  /// Of the monotonic clock and of the one that includes suspend time.
  std::optional<std::pair<std::chrono::nanoseconds, std::chrono::nanoseconds>> clock_offsets;
  std::vector<std::pair<int, Namespace>> joined;
  std::optional<std::string> hostname;
  std::optional<std::string> root;
  std::optional<std::string> new_root;  ///< by pivot_root(2)
  bool mount_proc = false;
};

/// The restrictions of the child.
struct Sandbox {
  std::optional<std::vector<sock_filter>> seccomp;
  std::optional<Landlock> landlock;
  std::optional<int> ruleset;  ///< of Landlock, by descriptor
};

/// All settings of a `Command`, as plain unchecked data.
struct LaunchSpec {
  std::string program;
  std::vector<std::string> arguments;
  std::optional<std::string> argv0;

  std::vector<EnvironmentChange> environment;                 ///< the last change of a key wins
  std::optional<std::vector<std::string>> environment_start;  ///< else the caller's
  bool clear_environment = false;

  std::map<int, Stdio> streams;  ///< by the child's number; 0 to 2 are inherited if absent
  std::optional<std::string> directory;
  std::optional<int> directory_descriptor;

  kernel::SignalSet mask = 0;
  bool inherit_mask = false;
  kernel::SignalSet ignored = 0;
  bool inherit_ignored = false;
  std::optional<int> bad_signal;  ///< a number that is not a signal

  std::optional<mode_t> umask;
  bool new_session = false;
  std::optional<pid_t> process_group;
  std::optional<WindowSize> pty;
  std::optional<int> controlling_terminal;
  std::optional<int> foreground;
  std::optional<int> dies_with_parent;  ///< the signal

  Identity identity;
  ResourceLimits resource_limits;
  Isolation isolation;
  Sandbox sandbox;
  std::optional<Cgroup> cgroup;

  bool allow_fork = false;
  bool allow_shell = false;  ///< runs a script without "#!"
  bool pollable = false;     ///< a descriptor hangs up when the launch is done
  std::optional<Engine> required;
  std::optional<std::chrono::nanoseconds> deadline;  ///< for the launch itself
};

/// Adds signals to `spec.*set`; an invalid number makes the launch fail.
inline void add_signals(LaunchSpec& spec, kernel::SignalSet LaunchSpec::*set,
                        std::initializer_list<int> signals) {
  for (const int signal : signals) {
    if (signal >= 1 && signal <= kernel::last_signal) {
      spec.*set |= kernel::signal_bit(signal);
    } else {
      spec.bad_signal = signal;
    }
  }
}

}  // namespace forklift::launch
