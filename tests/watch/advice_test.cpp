// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "check/advice.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>

using namespace std::chrono_literals;

namespace {

bool says(const std::vector<std::string>& lines, const std::string& words) {
  return std::ranges::any_of(
      lines, [&](const std::string& line) { return line.find(words) != std::string::npos; });
}

check::Prediction caused_by(double share, std::uint64_t huge) {
  check::Prediction prediction;
  prediction.stall = 20ms;
  check::Cause cause;
  cause.mapping.resident = 1U << 30;
  cause.mapping.huge = huge;
  cause.share = share;
  prediction.causes.push_back(cause);
  return prediction;
}

}  // namespace

TEST_CASE("a mapping that is most of it is named, and huge pages only where it has none") {
  CHECK(says(check::advice(caused_by(0.9, 0)), "MADV_DONTFORK) if no child uses it takes 90 %"));
  CHECK(says(check::advice(caused_by(0.9, 0)), "MADV_HUGEPAGE"));
  CHECK_FALSE(says(check::advice(caused_by(0.9, 1U << 30)), "MADV_HUGEPAGE"));
}

TEST_CASE("where a fork costs little, nothing is advised about the memory") {
  CHECK(check::advice(check::Prediction()).empty());
}
