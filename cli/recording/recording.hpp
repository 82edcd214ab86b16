// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "process/process.hpp"
#include "recording/event.hpp"

namespace watch {

/// The backends, from best to least.
enum class Backend {
  tracing,     ///< eBPF: every event, with causes
  perf,        ///< perf_event_open: every event, causes inferred
  sampling,    ///< /proc, some hundred times a second
  prediction,  ///< nothing attached: what one fork would cost
};

std::string name(Backend backend);
std::optional<Backend> backend_named(const std::string& name);

/// The obstacle to a backend, and the one command that would remove it.
struct Unavailability {
  Backend backend = Backend::tracing;
  std::string reason;
  std::string remedy;  ///< a command, or else a sentence

  bool operator==(const Unavailability&) const = default;
};

/// The cost of a fork on this machine, measured by two throw-away forks.
struct Calibration {
  Nanoseconds fixed{};         ///< of a small process
  Nanoseconds per_megabyte{};  ///< of page tables

  bool operator==(const Calibration&) const = default;
};

/// Known when a recording begins.
struct Header {
  std::string version;  ///< of the command
  std::string command_line;
  std::string machine;      ///< "Linux 6.18.44 x86_64, 2 processors"
  std::string begun;        ///< wall clock, ISO 8601 in UTC
  Nanoseconds begin{};      ///< when everything was in place
  Nanoseconds attaching{};  ///< time that this took
  Backend backend = Backend::tracing;
  bool detail = false;                    ///< system calls are also hooked
  std::vector<Unavailability> obstacles;  ///< of the backends above
  std::vector<Source> sources;
  std::optional<Calibration> calibration;
  process::Process target;

  bool operator==(const Header&) const = default;
};

/// Known when it ends.
struct Footer {
  enum class Reason { time, interrupted, target_ended };
  Reason reason = Reason::time;
  Nanoseconds at{};
  Nanoseconds own_time{};   ///< processor time of the watching process
  Nanoseconds hook_time{};  ///< processor time within hooks, on the whole machine
  std::uint64_t hook_runs = 0;
  std::uint64_t own_memory = 0;  ///< bytes at most

  bool operator==(const Footer&) const = default;
};

std::string name(Footer::Reason reason);
std::optional<Footer::Reason> footer_named(const std::string& name);

/// All observations of one process. Plain values: a report needs neither the
/// process nor any permission.
struct Recording {
  Header header;
  std::vector<Call> calls;
  std::vector<Wait> waits;
  std::vector<Exec> execs;
  std::vector<Sample> samples;
  std::vector<ForkLockSample> fork_lock;
  std::vector<Notice> notices;
  Footer footer;

  bool operator==(const Recording&) const = default;
};

/// The source of a figure; null if this recording cannot have it.
const Source* source(const Recording& recording, Figure figure);

}  // namespace watch
