// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <forklift/fd.hpp>

#include "kernel/file_identity.hpp"

namespace forklift::launch {

/// A socket pair of our own: the parent sends descriptors into one end, and a
/// child that kept nothing but the other, low-numbered end takes them out.
///
/// Threads: one launch at a time.
class Mailbox {
 public:
  Mailbox() noexcept = default;

  /// Makes the pair unless it is there; returns 0 or `-errno`.
  ///
  /// A program may close descriptors that it does not know and reuse their
  /// numbers, so this looks whether both ends still are what was opened.
  long open() noexcept;

  /// Closes the ends that still are ours, and with them undelivered letters.
  void close() noexcept;

  /// Throws away undelivered letters. The descriptors in them are dropped by the
  /// kernel, never opened here: closing a duplicate of a caller's descriptor
  /// would drop the process's record locks on its file (fcntl(2)).
  void empty() noexcept;

  int receiving() const noexcept { return receiving_.descriptor.get(); }

  /// Sends one message with the descriptors that the header's control bytes hold.
  ///
  /// Errors: `-errno` of sendmsg(2); -EBADF for a descriptor that is not open;
  /// -ETOOMANYREFS if that many are under way for longer than 100 ms.
  long send(const void* header) const noexcept;

 private:
  struct End {
    Fd descriptor;
    kernel::FileIdentity file;
    bool is_ours() const noexcept;
  };

  End receiving_, sending_;
};

}  // namespace forklift::launch
