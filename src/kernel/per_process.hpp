// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>

#include "kernel/fork_generation.hpp"

namespace forklift::kernel {

/// A `T` that is made at first use, and anew in a child that the program forks:
/// threads that do not exist there may hold the mutex of the inherited one, or be
/// its workers.
///
/// Never freed: threads may use it while the program exits.
/// Threads: any. Cost: two loads, once it is made.
template <class T>
class PerProcess {
 public:
  constexpr PerProcess() = default;

  /// Null if this process has made none yet.
  T* find() const noexcept {
    Made* const known = current_.load(std::memory_order_acquire);
    return known && known->mark == fork_generation() ? &known->value : nullptr;
  }

  /// Errors: std::bad_alloc, and those of T's constructor.
  T& get() {
    if (T* const known = find()) return *known;
    return keep(std::make_unique<Made>());
  }

  /// Null without memory. Requires: T's constructor does not throw.
  T* get_if_memory() noexcept {
    if (T* const known = find()) return known;
    std::unique_ptr<Made> fresh(new (std::nothrow) Made);
    return fresh ? &keep(std::move(fresh)) : nullptr;
  }

 private:
  struct Made {
    std::uint64_t mark = fork_generation();
    Made* replaced = nullptr;  ///< the parent's, which stays reachable
    T value{};
  };

  // That of another thread, if it comes first.
  T& keep(std::unique_ptr<Made> fresh) noexcept {
    Made* known = current_.load(std::memory_order_acquire);
    do {
      if (known && known->mark == fresh->mark) return known->value;
      fresh->replaced = known;
    } while (!current_.compare_exchange_weak(known, fresh.get(), std::memory_order_acq_rel));
    return fresh.release()->value;
  }

  std::atomic<Made*> current_{nullptr};
};

}  // namespace forklift::kernel
