// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <fmt/core.h>

#include "watch/stack_copy.hpp"

namespace watch {
class Unwinder::State {};
Unwinder::Unwinder(pid_t) {}
Unwinder::~Unwinder() = default;
Stack Unwinder::names(const StackCopy& copy) {
  return {fmt::format("{} bytes", copy.bytes.size())};
}
Stack Unwinder::names(std::span<const std::uint64_t>) { return {}; }
void Unwinder::forget() {}
}  // namespace watch
