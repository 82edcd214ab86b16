// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <cstddef>
#include <forklift/fd.hpp>
#include <mutex>
#include <thread>
#include <vector>

namespace lab {

/// Of the ballast, in bytes.
inline constexpr std::size_t page_size = 4096;

/// Makes this process heavy: resident memory in pages of 4 KiB, open
/// descriptors, and sleeping threads.
class Ballast {
 public:
  Ballast() = default;
  Ballast(const Ballast&) = delete;
  ~Ballast();

  /// Makes this many bytes resident, more or fewer than before.
  void set_memory(std::size_t bytes);
  /// Keeps this many descriptors open in the whole process.
  void set_descriptors(std::size_t count);
  void set_threads(std::size_t count);

  std::byte* memory() const { return memory_; }
  std::size_t size() const { return size_; }

 private:
  void sleep_until_end();

  std::byte* memory_ = nullptr;
  std::size_t size_ = 0;
  std::vector<forklift::Fd> descriptors_;
  std::vector<std::jthread> threads_;
  std::mutex mutex_;
  std::condition_variable end_;
  bool ended_ = false;
};

}  // namespace lab
