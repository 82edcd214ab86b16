// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <utility>

namespace forklift {

/// Owns one file descriptor and closes it at the end of its life.
///
/// Cancels: never, although close(2) is a cancellation point in libc: unwinding
/// that begins in a destructor terminates the program.
/// Threads: distinct objects are independent.
/// Cost: as an `int`.
class Fd {
 public:
  Fd() noexcept = default;
  explicit Fd(int number) noexcept : number_(number) {}
  Fd(Fd&& other) noexcept : number_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept {
    Fd(std::move(other)).swap(*this);
    return *this;
  }
  ~Fd() {
    if (number_ < 0) return;
    // close(2): on Linux the descriptor is gone even when EINTR is reported.
#if defined(__SANITIZE_THREAD__)
    ::close(number_);  // ThreadSanitizer follows descriptors by libc's calls
#else
    ::syscall(SYS_close, number_);
#endif
  }

  /// The borrowed number; -1 when empty.
  int get() const noexcept { return number_; }
  explicit operator bool() const noexcept { return number_ >= 0; }

  /// Releases the number; the caller must close it.
  [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }
  void reset() noexcept { Fd().swap(*this); }
  void swap(Fd& other) noexcept { std::swap(number_, other.number_); }

 private:
  int number_ = -1;
};

}  // namespace forklift
