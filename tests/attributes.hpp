// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Every attribute of a command, with its visible effect in the child: the model
// for combinations drawn at random.

#pragma once

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "reveal.hpp"

using Draw = std::mt19937_64;

/// The expected state of a child, by the keys of `reveal`.
struct Expected {
  Revealed values;
  /// A user other than root; becoming one drops capabilities.
  bool another_user = false;
};

struct Attribute {
  const char* name;
  /// Sets it to a random value and updates the expectation.
  std::function<void(forklift::Command&, Expected&, Draw&)> set;
  /// Whether it is available here.
  std::function<bool()> works = [] { return true; };
};

/// Those whose relative order is irrelevant to the model.
const std::vector<Attribute>& attributes();
