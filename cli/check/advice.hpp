// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "check/prediction.hpp"

namespace check {

/// Advice about the memory itself.
std::vector<std::string> advice(const Prediction& prediction);

}  // namespace check
