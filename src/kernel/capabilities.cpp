// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "kernel/capabilities.hpp"

#include <linux/capability.h>

#include "kernel/raw.hpp"

namespace forklift::kernel {

const CapabilityHead capability_head{_LINUX_CAPABILITY_VERSION_3, 0};

CapabilityData as_data(const Capabilities& sets) noexcept {
  const auto half = [&sets](int shift) {
    return CapabilityData::Half{static_cast<std::uint32_t>(sets.effective >> shift),
                                static_cast<std::uint32_t>(sets.permitted >> shift),
                                static_cast<std::uint32_t>(sets.inheritable >> shift)};
  };
  return {half(0), half(32)};
}

Capabilities own_capabilities() noexcept {
  CapabilityHead head = capability_head;
  CapabilityData data{};
  raw::call(SYS_capget, &head, &data);
  const auto join = [](std::uint32_t low, std::uint32_t high) {
    return static_cast<std::uint64_t>(high) << 32 | low;
  };
  return {join(data.low.effective, data.high.effective),
          join(data.low.permitted, data.high.permitted),
          join(data.low.inheritable, data.high.inheritable)};
}

}  // namespace forklift::kernel
