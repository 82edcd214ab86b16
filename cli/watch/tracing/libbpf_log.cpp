// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/tracing/libbpf_log.hpp"

#include <bpf/libbpf.h>

namespace watch::tracing {

void keep_quiet() noexcept { libbpf_set_print(nullptr); }

}  // namespace watch::tracing
