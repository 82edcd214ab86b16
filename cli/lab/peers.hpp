// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "lab/measure.hpp"

namespace lab {

/// The toolchains on this machine as contenders, and what memory allows them.
///
/// A peer that dropped out under one load takes part under no other.
class Peers {
 public:
  using Warn = std::function<void(const std::string&)>;
  using Names = std::vector<std::string>;

  explicit Peers(Warn warn) : warn_(std::move(warn)) {}

  /// Finds, builds and enlists them; warns of those that cannot take part.
  void find();
  /// Who is measured together under a load: the others with as many peers as
  /// the memory holds at once, then the rest of the peers, with the floor if
  /// it is among the others. Peers launch one at a time, so none take part in
  /// a load with several workers.
  std::vector<Names> teams(const Names& others, const Load& load, std::size_t memory) const;
  void drop_out(const std::string& name, const std::string& why);

 private:
  Warn warn_;
  Names names_;
};

}  // namespace lab
