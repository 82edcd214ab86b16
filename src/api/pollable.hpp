// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <poll.h>

#include <chrono>
#include <optional>
#include <span>

namespace forklift {

/// A part of an `Operation`, driven step by step in the same way. None of these
/// calls blocks.
class Pollable {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// The descriptors to wait for now, as with poll(2), and the deadline.
  virtual std::span<pollfd> poll_entries() = 0;
  virtual std::optional<Time> deadline() const = 0;
  /// Continues after that; true when all is done.
  virtual bool perform() = 0;
  /// Closes descriptors that are no longer in `poll_entries`.
  virtual void release_closed() noexcept = 0;
  /// Sends a signal to all running programs; those not running yet are killed.
  virtual void cancel(int signal) noexcept = 0;

 protected:
  Pollable() = default;
  Pollable(const Pollable&) = default;
  Pollable(Pollable&&) = default;
  Pollable& operator=(const Pollable&) = default;
  Pollable& operator=(Pollable&&) = default;
  ~Pollable() = default;
};

}  // namespace forklift
