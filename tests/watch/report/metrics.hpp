// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>
#include <vector>

/// A small, strict parser of OpenMetrics that tests can trust.
namespace metrics {

struct Sample {
  std::string name;
  std::map<std::string, std::string> labels;
  double value = 0;
};

/// Errors: throws `std::runtime_error` with the line and its error.
std::vector<Sample> parse(const std::string& text);

}  // namespace metrics
