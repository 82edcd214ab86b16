// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "lab/hang/run.hpp"

namespace lab::hang {

/// Who waited for whom and why, as far as the figures show it; and where they
/// do not show what one would expect, that they do not.
std::string explain(const std::vector<Run>& runs);

}  // namespace lab::hang
