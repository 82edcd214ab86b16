// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "recording/recording.hpp"

#include <algorithm>

#include "recording/names.hpp"

namespace watch {
namespace {

constexpr Names<Backend::prediction> backends("tracing", "perf", "sampling", "prediction");
constexpr Names<Footer::Reason::target_ended> endings("time", "interrupted", "target_ended");

}  // namespace

std::string name(Backend backend) { return backends.of(backend); }
std::optional<Backend> backend_named(const std::string& name) { return backends.find(name); }
std::string name(Footer::Reason reason) { return endings.of(reason); }
std::optional<Footer::Reason> footer_named(const std::string& name) { return endings.find(name); }

const Source* source(const Recording& recording, Figure figure) {
  const auto& all = recording.header.sources;
  const auto found = std::ranges::find(all, figure, &Source::figure);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace watch
