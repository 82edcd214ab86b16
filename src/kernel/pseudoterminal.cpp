// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "kernel/pseudoterminal.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>

#include "kernel/above_stdio.hpp"

namespace forklift::kernel {

// The child's end is opened through our own, not by name: /dev/pts may be a
// different mount.
std::expected<Pseudoterminal, int> open_pseudoterminal(WindowSize size) noexcept {
  constexpr int how = O_RDWR | O_NOCTTY | O_CLOEXEC;
  Pseudoterminal made;
  made.ours = above_stdio(Fd(::open("/dev/ptmx", how)));
  if (!made.ours) return std::unexpected(errno);
  int locked = 0;
  if (::ioctl(made.ours.get(), TIOCSPTLCK, &locked) < 0) return std::unexpected(errno);
  made.childs = above_stdio(Fd(::ioctl(made.ours.get(), TIOCGPTPEER, how)));
  if (!made.childs) return std::unexpected(errno);
  const winsize window{size.rows, size.columns, size.width, size.height};
  if (::ioctl(made.ours.get(), TIOCSWINSZ, &window) < 0) return std::unexpected(errno);
  return made;
}

}  // namespace forklift::kernel
