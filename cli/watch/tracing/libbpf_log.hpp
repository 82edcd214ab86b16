// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

namespace watch::tracing {

/// libbpf says nothing on the standard error from now on: what it would say of a
/// refusal is told by whoever asked.
void keep_quiet() noexcept;

}  // namespace watch::tracing
