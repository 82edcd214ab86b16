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

/// How long the program may run, and what happens then.
struct TimeLimits {
  std::optional<Duration> timeout;
  Duration grace = std::chrono::seconds(10);
  int signal = SIGTERM;
  bool preserve_status = false;
  std::optional<Duration> launch;  ///< what the library allows for the launch
};

/// What is told, and where.
struct Reporting {
  enum class Stats { none, text, json };
  Stats stats = Stats::none;
  std::string stats_file;  ///< empty: standard error
  bool explain = false;
  bool quiet = false;
};

/// What several options together say of one attribute; `complete` gives it to
/// the command.
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

/// All that the command line asks for.
struct RunRequest {
  RunRequest(std::string program, std::vector<std::string> arguments);

  forklift::Command command;
  std::vector<std::string> argv;  ///< with the program's name

  TimeLimits time_limits;
  Reporting reporting;
  Gathered gathered;
  std::vector<forklift::Fd> opened;  ///< what the command borrows

  bool keep_signals = false;
  bool subreaper = false;  ///< orphans of the tree become ours, and are reaped
  bool pty = false;
  bool own_stdin = false;    ///< standard input is not what ours is
  bool has_tree = false;     ///< signals reach what the program starts
  bool other_group = false;  ///< it joins a process group that is there
};

/// Reads the options before the program; `words` begins after "run".
///
/// Errors: throws `BadUse`.
RunRequest read(const std::vector<std::string>& words);

}  // namespace run
