// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "watch/analysis/analysis.hpp"

namespace watch {

enum class Confidence { low, medium, high };

std::string name(Confidence confidence);

/// A finding about a process, in words.
struct Verdict {
  std::string id;  ///< "copying_call_stalls"; never changes its meaning
  Confidence confidence = Confidence::high;
  std::string sentence{};
  std::vector<std::string> evidence{};
  std::vector<std::string> advice{};
  double weight = 0;  ///< seconds lost to it
};

/// All that apply, by weight, largest first.
std::vector<Verdict> judge(const Recording& recording, const Analysis& analysis);

}  // namespace watch
