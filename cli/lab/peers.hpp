// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "lab/measure.hpp"
#include "lab/teams.hpp"

namespace lab {

/// The toolchains on this machine as contenders.
///
/// A peer that dropped out under one load takes part under no other.
class Peers {
 public:
  using Warn = std::function<void(const std::string&)>;

  explicit Peers(Warn warn) : warn_(std::move(warn)) {}

  /// Finds, builds and enlists them; warns of those that cannot take part.
  void find();
  /// `form_teams` of those that are still here; warns where the memory is too
  /// small for any.
  std::vector<Team> join(const Team& others, const Load& load, std::size_t memory) const;
  void drop_out(const std::string& name, const std::string& why);

 private:
  Warn warn_;
  Team names_;
};

}  // namespace lab
