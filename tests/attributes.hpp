// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Every attribute of a command, each with what its child then shows: the model
// that combinations drawn at random are held against.

#pragma once

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "reveal.hpp"

using Draw = std::mt19937_64;

/// What a child is expected to show, by the keys of `reveal`.
struct Expected {
  Revealed values;
  /// A user other than root, who loses capabilities by becoming one.
  bool another_user = false;
};

struct Attribute {
  const char* name;
  /// Sets it to a drawn value and changes what is expected.
  std::function<void(forklift::Command&, Expected&, Draw&)> set;
  /// Whether it can be had here.
  std::function<bool()> works = [] { return true; };
};

/// Those whose order among themselves the model need not know.
const std::vector<Attribute>& attributes();
