// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>
#include <vector>

/// A small, strict reader of OpenMetrics, for what a test must be able to trust.
namespace metrics {

struct Sample {
  std::string name;
  std::map<std::string, std::string> labels;
  double value = 0;
};

/// Errors: throws `std::runtime_error` with the line and what is wrong with it.
std::vector<Sample> parse(const std::string& text);

}  // namespace metrics
