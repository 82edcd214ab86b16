// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <pthread.h>

namespace forklift::kernel {

/// Keeps pthread_cancel(3) from ending this thread until the end of scope; the
/// thread ends at its next cancellation point after that.
///
/// Cancellation unwinds the stack from inside any of libc's blocking calls, and
/// ends the program where it meets a function that is noexcept.
/// Cost: no system call.
class CancelGuard {
 public:
  CancelGuard() noexcept { ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
  ~CancelGuard() { ::pthread_setcancelstate(before_, nullptr); }
  CancelGuard(const CancelGuard&) = delete;
  CancelGuard& operator=(const CancelGuard&) = delete;

 private:
  int before_ = PTHREAD_CANCEL_ENABLE;
};

}  // namespace forklift::kernel
