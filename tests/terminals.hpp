// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>

#include <forklift/fd.hpp>

/// Says so where no pseudoterminal can be made.
inline bool skipped_without_terminals() {
  const forklift::Fd ours(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (ours && ::grantpt(ours.get()) == 0 && ::unlockpt(ours.get()) == 0) return false;
  MESSAGE("skipped: no pseudoterminals here");
  return true;
}
