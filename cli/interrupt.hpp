// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <signal.h>

/// Notes that SIGINT, SIGTERM or SIGHUP asked for the end, in place of ending the
/// process: what was seen until then is still reported. The second one kills.
///
/// A signal that was ignored stays so. Requires: one at a time.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;

  bool asked() const noexcept;

 private:
  struct sigaction before_[3]{};
};
