// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace forklift::kernel {

/// A thread's capabilities, bit N for capability N (capabilities(7)).
struct Capabilities {
  std::uint64_t effective = 0, permitted = 0, inheritable = 0;
  bool operator==(const Capabilities&) const = default;
};

/// The header of capget(2) and capset(2).
struct CapabilityHead {
  std::uint32_t version;
  std::int32_t pid;  ///< 0: the calling thread
};
extern const CapabilityHead capability_head;

/// The sets' low and high halves, as capset(2) reads them.
struct CapabilityData {
  struct Half {
    std::uint32_t effective, permitted, inheritable;
  } low, high;
};
CapabilityData as_data(const Capabilities& sets) noexcept;

/// The calling thread's. Threads: any. Cost: one system call.
Capabilities own_capabilities() noexcept;

}  // namespace forklift::kernel
