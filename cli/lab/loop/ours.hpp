// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "lab/loop/event_loop.hpp"

namespace lab::loop {

/// `forklift/asio.hpp` from coroutines of standalone Asio.
std::unique_ptr<EventLoop> make_ours(const std::string& program);

}  // namespace lab::loop
