// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>

#include "lab/hang/hang.hpp"

namespace lab::hang {

/// Adds `hang` to the commands of `forklift lab`.
CLI::App* add_to(CLI::App& lab, Request& request);

}  // namespace lab::hang
