// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <thread>

namespace lab::hang {

/// Resident memory in pages of 4 KiB, as a service has whose allocator takes it
/// bit by bit, and that grows while others work.
class GrowingMemory {
 public:
  /// Takes addresses for so many bytes, no memory yet.
  ///
  /// Errors: throws `std::system_error`.
  explicit GrowingMemory(std::size_t most);
  ~GrowingMemory();
  GrowingMemory(const GrowingMemory&) = delete;

  /// Makes so many bytes resident, for as long as it may go on.
  void fill(std::size_t bytes, const std::function<bool()>& go_on);

  /// From now on a thread adds so many bytes per second, up to the most.
  void grow(std::size_t bytes_per_second);

 private:
  void touch(std::size_t bytes);
  void keep_growing(const std::stop_token& end, double bytes_per_second);

  std::size_t most_;
  std::byte* memory_ = nullptr;
  std::size_t touched_ = 0;
  std::jthread growth_;
};

/// What this process has resident, in bytes.
std::size_t resident();

}  // namespace lab::hang
