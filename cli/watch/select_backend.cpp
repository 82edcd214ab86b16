// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/select_backend.hpp"

#include <fmt/core.h>

#include "refusal.hpp"

namespace watch {
namespace {

struct Step {
  Backend backend;
  std::unique_ptr<Observer> (*open)(const ObserverOptions&, Recording&);
};

constexpr Step steps[] = {{Backend::tracing, observe_by_tracing},
                          {Backend::perf, observe_by_perf},
                          {Backend::sampling, observe_by_sampling}};

[[noreturn]] void refuse(Backend backend, const Unavailable& error) {
  const std::string remedy = error.remedy().empty() ? "" : "; try: " + error.remedy();
  throw Refusal(fmt::format("--backend {}: {}{}", name(backend), error.what(), remedy));
}

}  // namespace

std::unique_ptr<Observer> select_backend(const ObserverOptions& options,
                                         std::optional<Backend> only, Recording& recording) {
  for (const auto& [backend, open] : steps) {
    if (only && *only != backend) continue;
    recording.header.backend = backend;
    try {
      return open(options, recording);
    } catch (const Unavailable& error) {
      if (only) refuse(backend, error);
      recording.header.obstacles.push_back({backend, error.what(), error.remedy()});
    }
  }
  recording.header.backend = Backend::prediction;
  return nullptr;
}

}  // namespace watch
