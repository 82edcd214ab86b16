// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "lab/loop/event_loop.hpp"

namespace lab::loop {

/// The way without an event loop: eight threads that launch with posix_spawn(3)
/// and wait with waitpid(2), also with three pipes. It has no heartbeat and no
/// queue, and launches until the time is over.
std::unique_ptr<EventLoop> make_threads(const std::string& program);

}  // namespace lab::loop
