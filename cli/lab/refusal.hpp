// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>

namespace lab {

/// Asked for what this machine cannot give: said in one line before any work,
/// and the command ends as it does for a wrong command line.
class Refusal : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace lab
