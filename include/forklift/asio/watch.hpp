// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <poll.h>

#include <cstdint>
#include <forklift/asio/library.hpp>

namespace forklift::inline FORKLIFT_WHICH_ASIO {
/// A descriptor that belongs to somebody else and that an io_context waits for.
class Watch {
 public:
  using Descriptor = aio::posix::basic_stream_descriptor<aio::any_io_executor>;
  using Wait = Descriptor::wait_type;

  /// Waits will be for what the entry asks for. Requires: `serial` is this
  /// watch's alone.
  Watch(const aio::any_io_executor& executor, const pollfd& entry, std::uint64_t serial)
      : descriptor_(executor), number_(entry.fd), events_(entry.events), serial_(serial) {
    AioError error;
    descriptor_.assign(number_, error);
    works_ = !error;
  }
  /// Ends a wait that is under way; closes nothing.
  ~Watch() {
    if (descriptor_.is_open()) descriptor_.release();
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  bool is_for(const pollfd& entry) const noexcept {
    return number_ == entry.fd && events_ == entry.events;
  }
  /// False: the io_context cannot wait for it.
  bool works() const noexcept { return works_; }
  void fail() noexcept { works_ = false; }
  std::uint64_t serial() const noexcept { return serial_; }

  /// Waits, unless a wait is under way; `woken(error)` is called at its end.
  template <class Woken>
  void wait(Woken&& woken) {
    if (waits_ || !works_) return;
    waits_ = true;
    descriptor_.async_wait(kind(), std::forward<Woken>(woken));
  }

  /// What poll(2) would have found when a wait ends.
  short found() noexcept {
    waits_ = false;
    return static_cast<short>(events_ ? events_ : POLLHUP | POLLERR);
  }

 private:
  Wait kind() const noexcept {
    if (events_ & POLLIN) return Wait::wait_read;
    return events_ & POLLOUT ? Wait::wait_write : Wait::wait_error;
  }

  Descriptor descriptor_;
  int number_;
  short events_;
  std::uint64_t serial_;
  bool works_ = false;
  bool waits_ = false;
};
}  // namespace forklift::inline FORKLIFT_WHICH_ASIO
