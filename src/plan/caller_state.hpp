// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <forklift/engine.hpp>
#include <optional>
#include <vector>

#include "kernel/signal_guard.hpp"
#include "types/failure.hpp"
#include "plan/streams.hpp"

namespace forklift::launch {

struct LaunchSpec;

/// What a plan depends on beside its order: it is looked at before each launch,
/// and a plan made in another situation is not used.
struct CallerState {
  Engine engine = Engine::fork;
  bool handlers_cleared = false;  ///< the clone resets handlers by itself
  kernel::SignalSet ignored = 0;  ///< standard signals; 0 if the order inherits them
  char** environment = nullptr;   ///< the caller's
  const char* path = nullptr;     ///< the caller's PATH; null if unset, unsafe or not needed
  Extra extra;
  std::optional<kernel::SignalSet> mask;  ///< the thread's, if the order inherits it
  std::optional<pid_t> parent;            ///< this process, if the child dies with it
  StandardStreams standard;
  std::vector<std::uint64_t> callers;  ///< what the order leaves out and steps take over
};

/// The engine for this process: forced by FORKLIFT_ENGINE, else the best.
///
/// Errors: a forced engine that does not exist or does not work here; what had run
/// out while the process looked for the best one, which the next call does again.
std::expected<Engine, Failure> chosen_engine();

/// Looks at the process as it is now.
std::expected<CallerState, Failure> capture_caller_state(const LaunchSpec& spec);

}  // namespace forklift::launch
