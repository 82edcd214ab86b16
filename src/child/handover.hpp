// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// What the first stage of a launch hands to the second: the rest of the plan,
// as bytes without a NUL, since it travels as arguments of execveat(2).

#pragma once

#include <cstddef>

#include "child/plan.hpp"

namespace forklift::launch {

/// The header of the handed-over data. It is followed by `calls` times `Call`,
/// `fills` times `Fill`, and the bytes that these point to by offset from here.
struct Handover {
  long bytes = 0;  ///< all of it
  int calls = 0;
  int fills = 0;
  int tell = -1;  ///< the report pipe
};

/// The maximum size of a second stage, frame included.
inline constexpr std::size_t most_handed_over = 1024 * 1024;

/// An encoding without NUL bytes: a run of 1 to 255 zeros is `zeros` and its
/// length; these two marks themselves follow `literal`.
inline constexpr unsigned char zeros = 1;
inline constexpr unsigned char literal = 2;

/// The longest string among the arguments of a program is 128 KiB
/// (MAX_ARG_STRLEN); the parts end at an empty one.
inline constexpr std::size_t longest_part = 120 * 1024;

}  // namespace forklift::launch
