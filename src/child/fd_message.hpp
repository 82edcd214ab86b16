// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

namespace forklift::launch {

/// The most descriptors that one message carries (SCM_MAX_FD, unix(7)).
inline constexpr int most_in_message = 253;

/// The data of recvmsg(2) for one message; its control bytes follow.
struct FdMessageBuffer {
  msghdr header;
  iovec part;
  long byte;
};

/// Offset in a message's space of the descriptor numbered `index`.
constexpr long descriptor_in_message(int index) noexcept {
  return static_cast<long>(sizeof(FdMessageBuffer) + CMSG_LEN(0)) +
         static_cast<long>(sizeof(int)) * index;
}

}  // namespace forklift::launch
