// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <forklift/limit.hpp>

#include "kernel/enumerators.hpp"

namespace forklift {
namespace {

// In the order of `Resource`, by their names in prlimit(1).
constexpr std::string_view names[] = {
    "as",   "core",   "cpu",   "data", "fsize",  "locks",  "memlock",    "msgqueue",
    "nice", "nofile", "nproc", "rss",  "rtprio", "rttime", "sigpending", "stack"};
static_assert(std::size(names) == kernel::enumerator_count<Resource>());

}  // namespace

std::string_view name(Resource resource) noexcept {
  return names[static_cast<std::size_t>(resource)];
}

std::optional<Resource> resource_of(std::string_view wanted) noexcept {
  for (std::size_t i = 0; i < std::size(names); ++i) {
    if (names[i] == wanted) return static_cast<Resource>(i);
  }
  return std::nullopt;
}

}  // namespace forklift
