// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <signal.h>

#include <chrono>
#include <forklift/command.hpp>
#include <forklift/fd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace run {

using Duration = std::chrono::nanoseconds;

/// The time limit of the program, and what happens then.
struct TimeLimits {
  std::optional<Duration> timeout;
  Duration grace = std::chrono::seconds(10);
  int signal = SIGTERM;
  bool preserve_status = false;
  std::optional<Duration> launch;  ///< the library's limit for the launch
};

/// The reports, and where they go.
struct Reporting {
  enum class Stats { none, text, json };
  Stats stats = Stats::none;
  std::string stats_file;  ///< empty: standard error
  bool explain = false;
  bool quiet = false;
};

/// The combined result of several options for one attribute; `complete` sets it
/// on the command.
struct Gathered {
  std::optional<forklift::CapabilitySets> capabilities;
  std::optional<forklift::Scheduling> scheduling;
  bool reset_on_fork = false;
  std::optional<forklift::IdMaps> maps;
  std::optional<Duration> monotonic, boottime;
  std::optional<forklift::Landlock> landlock;
  std::optional<forklift::Cgroup> cgroup;
  std::vector<std::pair<std::string, std::string>> cgroup_settings;
};

/// The parsed command line.
struct RunRequest {
  RunRequest(std::string program, std::vector<std::string> arguments);

  forklift::Command command;
  std::vector<std::string> argv;  ///< including the program's name

  TimeLimits time_limits;
  Reporting reporting;
  Gathered gathered;
  std::vector<forklift::Fd> opened;  ///< borrowed by the command

  bool keep_signals = false;
  bool subreaper = false;  ///< orphans of the tree become our children, and are reaped
  bool pty = false;
  bool own_stdin = false;    ///< standard input differs from ours
  bool has_tree = false;     ///< signals reach the program's descendants
  bool other_group = false;  ///< it joins an existing process group
};

/// Reads the options before the program; `words` begins after "run".
///
/// Errors: throws `BadUse`.
RunRequest read(const std::vector<std::string>& words);

}  // namespace run
