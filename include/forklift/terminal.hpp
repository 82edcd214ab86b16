// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

namespace forklift {

/// The size of a terminal, in characters and, if known, pixels.
struct WindowSize {
  unsigned short rows = 24;
  unsigned short columns = 80;
  unsigned short width = 0;
  unsigned short height = 0;
};

}  // namespace forklift
