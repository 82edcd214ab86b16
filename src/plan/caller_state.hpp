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

/// A limit of the caller's (getrlimit(2)).
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

/// All that a plan depends on beside its order. It is captured before each launch;
/// a plan that was made for an equal one fits. Nothing that plans asks the kernel.
///
/// What the order does not depend on has its default here, so that it makes no
/// difference.
struct CallerState {
  kernel::Features features;
  CallersLimit descriptors;               ///< RLIMIT_NOFILE
  kernel::SignalSet ignored = 0;          ///< what the caller ignores
  std::optional<kernel::SignalSet> mask;  ///< the thread's
  std::optional<pid_t> parent;            ///< this process, if the child dies with it
  CallersEnvironment environment;
  StandardStreams standard;
  std::vector<CallersLimit> limits;  ///< of which the order leaves out one bound
  std::optional<int> nice;
  std::optional<kernel::Capabilities> capabilities;
  std::optional<CallersIds> ids;   ///< for a user namespace
  std::optional<ProcLinks> links;  ///< where the order names the caller's things
  std::optional<long> landlock;    ///< its version, or `-errno`

  // What follows from the order and all that.
  Engine engine = Engine::fork;
  Extra extra;

  bool operator==(const CallerState&) const = default;
};

/// Whether the clone resets the signals' handlers by itself.
inline bool clears_handlers(const CallerState& now) {
  return now.features.works(kernel::Feature::clone3);
}

/// The engine for this process: forced by FORKLIFT_ENGINE, else the best.
///
/// Errors: a forced engine that does not exist or does not work here; what had run
/// out while the process looked for the best one, which the next call does again.
std::expected<Engine, Failure> chosen_engine();

/// Looks at the process and at the calling thread as they are now.
///
/// Errors: of `chosen_engine` and `choose_way`; a stream that is inherited by word
/// and is closed; no second stage where one is needed.
/// Cost: two system calls if the order leaves nothing to the caller, and 31 at
/// most once in a millisecond (`kernel::ignored_signals`).
std::expected<CallerState, Failure> capture_caller_state(const LaunchSpec& spec);

/// How the child of this order is made on a kernel with these features: sets
/// `engine`, which is the best one when called, and `extra`.
///
/// Errors: an engine that is less than required.
std::optional<Failure> choose_way(const LaunchSpec& spec, CallerState& now);

}  // namespace forklift::launch
