// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/tracing/windows.hpp"

#include <algorithm>

namespace watch::tracing {
namespace {

// Far more than can be in progress during one wait.
constexpr std::size_t most_kept = 512;

void keep(std::deque<Window>& windows, const Window& window) {
  windows.push_back(window);
  if (windows.size() > most_kept) windows.pop_front();
}

Nanoseconds end_of(const Wait& wait) { return wait.begin + wait.duration; }

Nanoseconds common(const Window& window, const Wait& wait) {
  const auto from = std::max(window.begin, wait.begin);
  const auto to = std::min(window.end.value_or(end_of(wait)), end_of(wait));
  return std::max(to - from, Nanoseconds(0));
}

Overlap most(const std::deque<Window>& windows, const Wait& wait) {
  Overlap best;
  for (const Window& window : windows) {
    if (window.thread == wait.thread) continue;
    const auto time = common(window, wait);
    if (time > best.time) best = {window.call, time};
  }
  return best;
}

}  // namespace

// A thread is in one call at a time: an open one has lost its end.
void Windows::open(const Window& window) {
  std::erase_if(calls_,
                [&](const Window& other) { return other.thread == window.thread && !other.end; });
  keep(calls_, window);
}

void Windows::close(const Window& window) {
  std::erase_if(calls_, [&](const Window& other) { return other.call == window.call; });
  keep(calls_, window);
}

void Windows::give_up_open() {
  std::erase_if(calls_, [](const Window& call) { return !call.end; });
}

void Windows::hold(const Window& window) { keep(holds_, window); }

Overlap Windows::holder(const Wait& wait) const { return most(holds_, wait); }

Overlap Windows::companion(const Wait& wait) const { return most(calls_, wait); }

bool Windows::is_open_before(Nanoseconds moment) const {
  return std::ranges::any_of(calls_,
                             [&](const Window& call) { return !call.end && call.begin < moment; });
}

}  // namespace watch::tracing
