// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/resource.h>

#include <cstddef>
#include <optional>

/// Raises the soft limit of open files to the hard one and returns it.
std::size_t raise_descriptor_limit();

/// The limit before it was raised, if it was.
std::optional<rlimit> first_descriptor_limit();
