// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>

/// Asked for what cannot be given here: said in one line before any work, and
/// the command ends as it does for a wrong command line.
class Refusal : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
