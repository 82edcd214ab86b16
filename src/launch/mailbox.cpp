// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "launch/mailbox.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <time.h>

#include <utility>

#include "kernel/above_stdio.hpp"
#include "kernel/raw.hpp"

namespace forklift::launch {

bool Mailbox::End::is_ours() const noexcept {
  return descriptor && file.is_file() && file == kernel::FileIdentity::of(descriptor.get());
}

long Mailbox::open() noexcept {
  if (receiving_.is_ours() && sending_.is_ours()) return 0;
  close();
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) return -errno;
  receiving_.descriptor = kernel::above_stdio(Fd(ends[0]));
  sending_.descriptor = kernel::above_stdio(Fd(ends[1]));
  if (!receiving_.descriptor || !sending_.descriptor) {
    const long error = -errno;
    *this = Mailbox();
    return error;
  }
  receiving_.file = kernel::FileIdentity::of(receiving_.descriptor.get());
  sending_.file = kernel::FileIdentity::of(sending_.descriptor.get());
  return 0;
}

void Mailbox::close() noexcept {
  for (End* const end : {&receiving_, &sending_}) {
    if (!end->is_ours()) [[maybe_unused]]
      const int others = end->descriptor.release();
    end->descriptor.reset();
  }
}

void Mailbox::empty() noexcept {
  if (!receiving_.is_ours()) return;
  // Without room for control messages the kernel discards their content.
  char byte;
  while (::recv(receiving_.descriptor.get(), &byte, 1, MSG_DONTWAIT) > 0) {
  }
}

// An unprivileged user may have as many descriptors in transit as the process
// may open, in all processes together (unix(7)). Ours are received soon: 11
// pauses, doubling from 50 µs, are 102 ms.
long Mailbox::send(const void* header) const noexcept {
  constexpr int pauses = 11;
  for (int i = 0;; ++i) {
    const long sent =
        kernel::raw::call(SYS_sendmsg, sending_.descriptor.get(), header, MSG_DONTWAIT);
    if (sent != -ETOOMANYREFS || i == pauses) return sent;
    const timespec pause{0, 50'000L << i};
    kernel::raw::call(SYS_nanosleep, &pause, nullptr);
  }
}

}  // namespace forklift::launch
