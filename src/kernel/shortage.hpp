// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <errno.h>

namespace forklift::kernel {

/// Whether an errno reports a temporary shortage; other refusals of the kernel
/// or of a filter are permanent.
constexpr bool is_shortage(int error) noexcept {
  return error == EMFILE || error == ENFILE || error == ENOMEM || error == EAGAIN ||
         error == ENOBUFS;
}

}  // namespace forklift::kernel
