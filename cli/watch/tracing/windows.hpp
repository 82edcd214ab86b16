// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <optional>

#include "recording/event.hpp"

namespace watch::tracing {

/// An interval of a call, by the number from the hooks.
struct Window {
  std::uint64_t call = 0;
  pid_t thread = 0;
  Nanoseconds begin{};
  std::optional<Nanoseconds> end;  ///< none: in progress
};

/// A call, and how long it overlapped a wait.
struct Overlap {
  std::uint64_t call = 0;
  Nanoseconds time{};
};

/// When calls were in progress, and when they held the memory lock. They may
/// overlap; old ones are discarded.
class Windows {
 public:
  void open(const Window& window);
  void close(const Window& window);
  void hold(const Window& window);
  /// Removes calls whose end record was lost.
  void give_up_open();

  /// The copying call that held the lock for most of a wait for it.
  Overlap holder(const Wait& wait) const;
  /// The call of another thread that overlapped most of a wait.
  Overlap companion(const Wait& wait) const;
  /// Whether a call that began before this moment is still in progress: its
  /// overlaps are not known yet.
  bool is_open_before(Nanoseconds moment) const;

 private:
  std::deque<Window> calls_;
  std::deque<Window> holds_;
};

}  // namespace watch::tracing
