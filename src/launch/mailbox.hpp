// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <forklift/fd.hpp>

#include "kernel/file_identity.hpp"

namespace forklift::launch {

/// A socket pair of our own: the parent sends descriptors into one end, and a
/// child that kept only the other, low-numbered end receives them.
///
/// Threads: one launch at a time.
class Mailbox {
 public:
  Mailbox() noexcept = default;

  /// Creates the pair unless it exists; returns 0 or `-errno`.
  ///
  /// A program may close descriptors that it does not know and reuse their
  /// numbers, so this checks that both ends are still the same files.
  long open() noexcept;

  /// Closes the ends that are still ours, and with them undelivered messages.
  void close() noexcept;

  /// Discards undelivered messages. The kernel drops their descriptors, which
  /// are never opened here: closing a duplicate of a caller's descriptor would
  /// drop the process's record locks on its file (fcntl(2)).
  void empty() noexcept;

  int receiving() const noexcept { return receiving_.descriptor.get(); }

  /// Sends one message with the descriptors in the header's control bytes.
  ///
  /// Errors: `-errno` of sendmsg(2); -EBADF for a descriptor that is not open;
  /// -ETOOMANYREFS if that many are in transit for longer than 100 ms.
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
