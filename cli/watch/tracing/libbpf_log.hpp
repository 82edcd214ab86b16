// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

namespace watch::tracing {

/// Silences libbpf on standard error: the caller reports a refusal itself.
void keep_quiet() noexcept;

}  // namespace watch::tracing
