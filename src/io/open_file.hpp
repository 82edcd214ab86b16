// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <errno.h>
#include <fcntl.h>

#include <forklift/fd.hpp>
#include <string>
#include <system_error>

#include "kernel/above_stdio.hpp"
#include "types/quote.hpp"

namespace forklift {

/// Throws the error of `errno`, or a given one, for an operation.
[[noreturn]] inline void fail(const std::string& what, int error = errno) {
  throw std::system_error(error, std::generic_category(), what);
}

/// Opens a file of this process; throws on failure.
inline Fd open_file(const std::string& path, int flags, mode_t mode = 0) {
  Fd file = kernel::above_stdio(Fd(::open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY, mode)));
  if (!file) fail("cannot open " + launch::quote(path));
  return file;
}

}  // namespace forklift
