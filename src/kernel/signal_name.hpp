// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string.h>

#include <string>

namespace forklift::kernel {

/// "SIGKILL", or "signal 40" for one without a name.
inline std::string signal_name(int signal) {
#ifdef __GLIBC__
  if (const char* const known = ::sigabbrev_np(signal)) return std::string("SIG") + known;
#endif
  return "signal " + std::to_string(signal);
}

}  // namespace forklift::kernel
