// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <thread>

namespace lab::hang {

/// Resident memory in pages of 4 KiB, as in a service whose allocator takes it
/// bit by bit, and that grows while other threads work.
class GrowingMemory {
 public:
  /// Reserves addresses for this many bytes, no memory yet.
  ///
  /// Errors: throws `std::system_error`.
  explicit GrowingMemory(std::size_t most);
  ~GrowingMemory();
  GrowingMemory(const GrowingMemory&) = delete;

  /// Makes this many bytes resident, as long as `proceed` returns true.
  void fill(std::size_t bytes, const std::function<bool()>& proceed);

  /// Starts a thread that adds this many bytes per second, up to the most.
  void grow(std::size_t bytes_per_second);

 private:
  void touch(std::size_t bytes);
  void keep_growing(const std::stop_token& end, double bytes_per_second);

  std::size_t most_;
  std::byte* memory_ = nullptr;
  std::size_t touched_ = 0;
  std::jthread growth_;
};

/// The resident memory of this process, in bytes.
std::size_t resident();

}  // namespace lab::hang
