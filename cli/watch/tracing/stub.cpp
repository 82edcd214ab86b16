// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/observer.hpp"

namespace watch {
namespace {

constexpr const char* reason = "this command was built without eBPF";
constexpr const char* remedy = "build it with: apt install libbpf-dev bpftool clang";

}  // namespace

std::unique_ptr<Observer> observe_by_tracing(const ObserverOptions&, Recording&) {
  throw Unavailable(reason, remedy);
}

std::optional<Unavailability> obstacle_to_tracing() {
  return Unavailability{Backend::tracing, reason, remedy};
}

}  // namespace watch
