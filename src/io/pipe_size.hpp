// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <fcntl.h>

#include <cstddef>

namespace forklift {

/// The default capacity of a pipe, and the capacity for large amounts of data
/// (pipe(7); an unprivileged user may have 64 MiB of pipes).
inline constexpr std::size_t narrow_pipe = 65536;
inline constexpr std::size_t wide_pipe = 1048576;

/// Enlarges our pipe; if the kernel refuses, it stays unchanged.
///
/// Since: F_SETPIPE_SZ is Linux 2.6.35.
inline bool widen(int pipe) noexcept {
  return ::fcntl(pipe, F_SETPIPE_SZ, static_cast<int>(wide_pipe)) > 0;
}

/// Makes our end of a pipe non-blocking. The child's end is another file
/// description and stays as programs expect it.
inline void unblock(int pipe) noexcept { ::fcntl(pipe, F_SETFL, O_NONBLOCK); }

}  // namespace forklift
