// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "check/mapping.hpp"
#include "process/process.hpp"

namespace check {

/// "[heap]", "anonymous memory at 7f1200000000", "libc.so.6".
std::string label(const Mapping& mapping);

/// "go1.19.8", "jvm 17.0.15", "native"; "?" if not permitted.
std::string runtime_text(const process::Process& process);

}  // namespace check
