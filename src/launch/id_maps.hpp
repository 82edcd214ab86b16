// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <forklift/namespaces.hpp>
#include <optional>

#include "types/failure.hpp"

namespace forklift::launch {

/// Writes the maps of a child's user namespace in /proc (user_namespaces(7)).
///
/// Requires: the child has not been reaped.
std::optional<Failure> write_id_maps(pid_t child, const IdMaps& maps);

}  // namespace forklift::launch
