// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <errno.h>

namespace forklift::kernel {

/// Whether an errno says that something has run out, which it may not have the
/// next time; other refusals of the kernel or of a filter last.
constexpr bool is_shortage(int error) noexcept {
  return error == EMFILE || error == ENFILE || error == ENOMEM || error == EAGAIN ||
         error == ENOBUFS;
}

}  // namespace forklift::kernel
