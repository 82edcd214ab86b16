// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "launch/mailbox.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <utility>

#include "kernel/above_stdio.hpp"
#include "kernel/raw.hpp"

namespace forklift::launch {
namespace {

ino_t inode_of(int descriptor) noexcept {
  struct stat now {};
  return ::fstat(descriptor, &now) == 0 && S_ISSOCK(now.st_mode) ? now.st_ino : 0;
}

}  // namespace

bool Mailbox::End::is_ours() const noexcept {
  return descriptor && inode_of(descriptor.get()) == inode;
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
  receiving_.inode = inode_of(receiving_.descriptor.get());
  sending_.inode = inode_of(sending_.descriptor.get());
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
  // Without room for control messages the kernel discards what they carry.
  char byte;
  while (::recv(receiving_.descriptor.get(), &byte, 1, MSG_DONTWAIT) > 0) {
  }
}

long Mailbox::send(const void* header) const noexcept {
  return kernel::raw::call(SYS_sendmsg, sending_.descriptor.get(), header, MSG_DONTWAIT);
}

}  // namespace forklift::launch
