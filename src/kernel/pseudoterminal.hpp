// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <expected>
#include <forklift/fd.hpp>
#include <forklift/terminal.hpp>

namespace forklift::kernel {

/// Both ends of a new pseudoterminal, close-on-exec.
struct Pseudoterminal {
  Fd ours, childs;
};

/// Errors: the errno of the failed call.
/// Since: TIOCGPTPEER Linux 4.13.
std::expected<Pseudoterminal, int> open_pseudoterminal(WindowSize size) noexcept;

}  // namespace forklift::kernel
