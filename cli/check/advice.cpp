// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "check/advice.hpp"

#include <fmt/core.h>

#include "check/label.hpp"

namespace check {

std::vector<std::string> advice(const Prediction& prediction) {
  constexpr double most_of_it = 0.5;
  if (is_good(prediction.stall)) return {};
  if (prediction.causes.empty() || prediction.causes.front().share < most_of_it) {
    return {
        "memory that children never use: madvise(MADV_DONTFORK); memory that is large and "
        "dense: madvise(MADV_HUGEPAGE), which has a five hundredth of the entries"};
  }
  const Cause& first = prediction.causes.front();
  const std::string what = label(first.mapping);
  std::vector<std::string> lines{
      fmt::format("{}: madvise(MADV_DONTFORK) if no child uses it takes {:.0f} % away", what,
                  100 * first.share)};
  if (first.mapping.huge < first.mapping.resident / 2) {
    lines.push_back(
        fmt::format("{}: madvise(MADV_HUGEPAGE) leaves a five hundredth of the entries "
                    "to copy, but every first write then copies 2 MiB",
                    what));
  }
  return lines;
}

}  // namespace check
