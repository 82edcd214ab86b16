// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/latency_probe.hpp"

#include <algorithm>
#include <chrono>

namespace lab {
namespace {

double now() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::micro>(since).count();
}

}  // namespace

LatencyProbe::LatencyProbe(std::byte* memory, std::size_t size)
    : thread_([this, memory, size] {
        if (size == 0) {
          run(spare_, sizeof spare_);
        } else {
          run(memory, size);
        }
      }) {}

LatencyProbe::~LatencyProbe() {
  ended_ = true;
  thread_.join();
}

void LatencyProbe::reset() {
  const unsigned epoch = epoch_.fetch_add(1) + 1;
  while (seen_epoch_.load() != epoch) std::this_thread::yield();
}

double LatencyProbe::longest_pause() const {
  return std::max(longest_.load(), now() - last_.load());
}

void LatencyProbe::run(std::byte* memory, std::size_t size) {
  // An odd stride visits every page before it returns to one.
  constexpr std::size_t stride = 4096 * 1021;
  std::size_t at = 0;
  double before = now();
  while (!ended_.load(std::memory_order_relaxed)) {
    if (const unsigned epoch = epoch_.load(); epoch != seen_epoch_.load()) {
      longest_ = 0;
      last_ = before = now();
      seen_epoch_ = epoch;
    }
    memory[at] = static_cast<std::byte>(static_cast<unsigned char>(memory[at]) + 1);
    at = (at + stride) % size;
    const double after = now();
    longest_.store(std::max(longest_.load(std::memory_order_relaxed), after - before),
                   std::memory_order_relaxed);
    last_.store(after, std::memory_order_relaxed);
    before = after;
  }
}

}  // namespace lab
