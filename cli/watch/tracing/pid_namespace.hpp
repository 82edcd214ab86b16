// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

namespace watch::tracing {

/// Hooks number processes as the initial pid namespace does.
bool is_first_pid_namespace();

/// Errors: throws `Unavailable` in any other namespace.
void insist_on_first_pid_namespace();

}  // namespace watch::tracing
