// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/signal_guard.hpp"

namespace forklift::kernel {

/// The kernel's `struct sigaction`, equal on both architectures.
struct Disposition {
  void (*handler)(int);
  unsigned long flags;
  void (*restorer)();
  SignalSet mask;
};

}  // namespace forklift::kernel
