// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace run {

/// The parts of a text between separators; "" has one empty part.
std::vector<std::string> split(const std::string& text, char separator);

}  // namespace run
