// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "check/prediction.hpp"
#include "process/process.hpp"

namespace check {

/// How a program of this runtime gets around copying its page tables; a version
/// that is not known is empty.
std::vector<std::string> advice(process::Runtime runtime, const std::string& version);

/// What can be done about the memory itself.
std::vector<std::string> advice(const Prediction& prediction);

}  // namespace check
