// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/observer.hpp"

namespace watch {
namespace {

constexpr const char* reason = "this command was built without eBPF";
constexpr const char* remedy = "build it with: apt install libbpf-dev bpftool clang";

}  // namespace

std::unique_ptr<Observer> observe_by_tracing(const Wish&, Recording&) {
  throw Unavailable(reason, remedy);
}

std::optional<Obstacle> obstacle_to_tracing() { return Obstacle{Rung::tracing, reason, remedy}; }

}  // namespace watch
