// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <signal.h>

/// Records SIGINT, SIGTERM or SIGHUP instead of ending the process: results so
/// far are still reported. The second one kills.
///
/// An ignored signal stays ignored. Requires: one at a time.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;

  bool asked() const noexcept;

 private:
  struct sigaction before_[3]{};
};
