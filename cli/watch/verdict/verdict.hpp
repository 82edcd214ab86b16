// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "watch/analysis/analysis.hpp"

namespace watch {

enum class Confidence { low, medium, high };

std::string name(Confidence confidence);

/// What is to be said of a process, in words.
struct Verdict {
  std::string id;  ///< "copying_call_stalls"; never changes its meaning
  Confidence confidence = Confidence::high;
  std::string sentence{};
  std::vector<std::string> evidence{};
  std::vector<std::string> advice{};
  double weight = 0;  ///< seconds that were lost by it
};

/// All that apply, the weightiest first.
std::vector<Verdict> judge(const Recording& recording, const Analysis& analysis);

}  // namespace watch
