// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>

/// A request that cannot be met here: reported in one line before any work,
/// with the exit status of a wrong command line.
class Refusal : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
