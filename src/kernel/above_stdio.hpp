// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <fcntl.h>

#include <forklift/fd.hpp>
#include <utility>

namespace forklift::kernel {

/// Moves a descriptor of the library above 2: in a program that has closed its
/// standard streams, children would inherit it.
///
/// Errors: empty, with the errno of fcntl(2).
inline Fd above_stdio(Fd low) noexcept {
  if (low.get() > 2 || !low) return low;
  return Fd(::fcntl(low.get(), F_DUPFD_CLOEXEC, 3));
}

}  // namespace forklift::kernel
