// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "lab/measure.hpp"
#include "lab/peers/teams.hpp"
#include "lab/warning.hpp"

namespace lab {

/// The toolchains on this machine as contenders.
///
/// A peer that dropped out under one load takes no part under others.
class Peers {
 public:
  explicit Peers(Warnings& warnings) : warnings_(warnings) {}

  /// Finds, builds and enlists them; warns about those that are unusable.
  void find();
  /// `form_teams` of the remaining ones; warns if the memory is too small for
  /// any.
  std::vector<Team> join(const Team& others, const Load& load, std::size_t memory);
  void drop_out(const std::string& name, const std::string& why);

 private:
  Warnings& warnings_;
  Team names_;
};

}  // namespace lab
