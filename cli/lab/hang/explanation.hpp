// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "lab/hang/run.hpp"

namespace lab::hang {

/// Which threads waited for which and why, as far as the figures show it;
/// reports missing evidence for an expected effect.
std::string explain(const std::vector<Run>& runs);

}  // namespace lab::hang
