// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "lab/contender.hpp"

namespace lab {

/// The launchers of other libraries whose module was built. Each is a shared
/// object, loaded with its first contender, so that the command does not link
/// or start unused libraries.
std::vector<ContenderKind> module_kinds();

/// Why a known contender does not take part here, and how to change that; empty
/// if it does, or if the lab does not know it.
std::string absence(const std::string& name);

/// Whether the module of that name was built.
bool has_module(const std::string& name);

/// Loads a module for good and returns its export of that name.
///
/// Errors: throws `std::runtime_error`.
void* module_entry(const std::string& name, const char* symbol);

/// The text of `absence`.
std::string advice_to_build(const std::string& name, const std::string& package);

}  // namespace lab
