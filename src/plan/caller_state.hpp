// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <forklift/engine.hpp>
#include <forklift/limit.hpp>
#include <optional>
#include <vector>

#include "kernel/capabilities.hpp"
#include "kernel/probe.hpp"
#include "kernel/signal_guard.hpp"
#include "plan/callers_environment.hpp"
#include "plan/callers_path.hpp"
#include "plan/streams.hpp"
#include "types/failure.hpp"

namespace forklift::launch {

/// A limit of the caller (getrlimit(2)).
struct CallersLimit {
  Resource resource = Resource::descriptors;
  std::uint64_t soft = 0, hard = 0;
  bool operator==(const CallersLimit&) const = default;
};

struct CallersIds {
  uid_t user = 0;
  gid_t group = 0;
  bool operator==(const CallersIds&) const = default;
};

/// All that a plan depends on besides its spec, captured before each launch; a
/// plan compiled for an equal state fits. Planning makes no system calls.
///
/// Fields that the spec does not depend on keep their defaults, so they never
/// differ.
struct CallerState {
  kernel::Features features;
  CallersLimit descriptors;               ///< RLIMIT_NOFILE
  kernel::SignalSet ignored = 0;          ///< the caller's ignored signals
  std::optional<kernel::SignalSet> mask;  ///< the thread's
  std::optional<pid_t> parent;            ///< this process, if the child dies with it
  CallersEnvironment environment;
  StandardStreams standard;
  std::vector<CallersLimit> limits;  ///< of which the spec omits one bound
  std::optional<int> nice;
  std::optional<kernel::Capabilities> capabilities;
  std::optional<CallersIds> ids;   ///< for a user namespace
  std::optional<ProcLinks> links;  ///< if the spec names the caller's files
  std::optional<long> landlock;    ///< its version, or `-errno`

  // Follows from the spec and the fields above.
  Engine engine = Engine::fork;
  Extra extra;

  bool operator==(const CallerState&) const = default;
};

/// Whether the clone itself resets the signal handlers.
inline bool clears_handlers(const CallerState& now) {
  return now.features.works(kernel::Feature::clone3);
}

/// The engine for this process: forced by FORKLIFT_ENGINE, else the best.
///
/// Errors: a forced engine that does not exist or does not work here; the
/// shortage that stopped a probe, which the next call repeats.
std::expected<Engine, Failure> chosen_engine();

/// Captures the current state of the process and of the calling thread.
///
/// Errors: of `chosen_engine` and `choose_way`; a stream inherited explicitly
/// that is closed; no second stage where one is needed.
/// Cost: two system calls if the spec leaves nothing to the caller, and at most
/// 31 once per millisecond (`kernel::ignored_signals`).
std::expected<CallerState, Failure> capture_caller_state(const LaunchSpec& spec);

/// Chooses the way to create the child on a kernel with these features: sets
/// `engine`, which is the best one when called, and `extra`.
///
/// Errors: an engine below the required one.
std::optional<Failure> choose_way(const LaunchSpec& spec, CallerState& now);

}  // namespace forklift::launch
