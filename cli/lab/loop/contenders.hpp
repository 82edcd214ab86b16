// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lab/loop/event_loop.hpp"

namespace lab::loop {

/// A kind of contender of this experiment.
struct LoopKind {
  std::string name;
  std::string description;
  std::function<std::unique_ptr<EventLoop>(const std::string& program)> make;
  bool has_loop = true;
};

/// Those that were built, in the order of the tables.
const std::vector<LoopKind>& kinds();

/// Requires: `name` is the name of a kind.
const LoopKind& kind(const std::string& name);

/// As for the contenders of the lab: why a known one does not take part.
std::string absence(const std::string& name);

/// One launch by each: finds missing or broken contenders before any work.
///
/// Errors: those of `EventLoop::run`.
void try_launches(const std::vector<std::string>& names, const std::string& program);

/// The one without a loop, the reference for the rates of all others.
inline constexpr const char* threads_name = "8-threads";

}  // namespace lab::loop
