// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <poll.h>

#include <chrono>
#include <optional>
#include <span>

namespace forklift {

/// A part of an `Operation`, carried on piece by piece in the same way. None of
/// these calls waits.
class Pollable {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// What to wait for now, as poll(2) does, and until when.
  virtual std::span<pollfd> poll_entries() = 0;
  virtual std::optional<Time> deadline() const = 0;
  /// Goes on after that; true when all is done.
  virtual bool perform() = 0;
  /// Closes what `poll_entries` does not name any more.
  virtual void release_closed() noexcept = 0;
  /// Sends a signal to all programs that run; those that do not run yet are killed.
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
