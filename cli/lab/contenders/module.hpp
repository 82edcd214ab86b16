// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "lab/contender.hpp"

namespace lab {

/// The launchers of other libraries, of those whose module was built. Each is a
/// shared object that is loaded when its first contender is made, so that the
/// command neither links nor starts what nobody asked for.
std::vector<ContenderKind> module_kinds();

/// Why a contender that the lab knows does not take part here, and what to do
/// about it; empty if it does, or if the lab does not know it.
std::string absence(const std::string& name);

/// Whether the module of that name was built.
bool has_module(const std::string& name);

/// Loads a module for good and finds what it exports by that name.
///
/// Errors: throws `std::runtime_error`.
void* module_entry(const std::string& name, const char* symbol);

/// The line of `absence`.
std::string advice_to_build(const std::string& name, const std::string& package);

}  // namespace lab
