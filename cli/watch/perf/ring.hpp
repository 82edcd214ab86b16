// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <linux/perf_event.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace watch::perf {

/// Memory into which the kernel writes the events of one processor.
///
/// Threads: one at a time. Must end before the event that mapped it.
class Ring {
 public:
  /// As large as the user is permitted; empty, with errno, if not even a small
  /// one is.
  static std::optional<Ring> of(int event);

  Ring(Ring&& other) noexcept;
  Ring& operator=(Ring&&) = delete;
  ~Ring();

  int event() const { return event_; }
  /// Passes each complete record, and releases its space.
  void drain(const std::function<void(std::span<const std::byte>)>& take);

 private:
  Ring(int event, void* memory, std::size_t size);
  void copy(std::uint64_t from, std::span<std::byte> to) const;

  int event_;
  perf_event_mmap_page* head_;
  std::size_t size_;  // a power of two
  std::vector<std::byte> record_;
};

}  // namespace watch::perf
