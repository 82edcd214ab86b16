// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <poll.h>
#include <sys/epoll.h>

#include <cstdint>
#include <forklift/asio/library.hpp>
#include <forklift/fd.hpp>
#include <utility>

namespace forklift::inline FORKLIFT_WHICH_ASIO {
/// A borrowed descriptor that an io_context waits for.
class Watch {
 public:
  using Descriptor = aio::posix::basic_stream_descriptor<aio::any_io_executor>;
  using Wait = Descriptor::wait_type;

  /// Waits are for the events of the entry. Requires: `serial` is unique to this
  /// watch. `keeps_flags`: Asio makes descriptors non-blocking; this one is put
  /// into an epoll(7) descriptor instead, and Asio waits for that.
  Watch(const aio::any_io_executor& executor, const pollfd& entry, std::uint64_t serial,
        bool keeps_flags)
      : descriptor_(executor), number_(entry.fd), events_(entry.events), serial_(serial) {
    if (keeps_flags && !enclose()) return;
    AioError error;
    descriptor_.assign(enclosing_ ? enclosing_.get() : number_, error);
    works_ = !error;
  }
  /// Cancels a pending wait; closes nothing.
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

  /// Waits, unless a wait is pending; calls `woken(error)` at its end.
  template <class Woken>
  void wait(Woken&& woken) {
    if (waits_ || !works_) return;
    waits_ = true;
    descriptor_.async_wait(kind(), std::forward<Woken>(woken));
  }

  /// The events that poll(2) would have returned when a wait ends.
  short found() noexcept {
    waits_ = false;
    return static_cast<short>(events_ ? events_ : POLLHUP | POLLERR);
  }

 private:
  bool enclose() {
    enclosing_ = Fd(::epoll_create1(EPOLL_CLOEXEC));
    epoll_event wanted{};
    wanted.events = static_cast<std::uint32_t>(events_);  // poll(2)'s and epoll's are the same
    return enclosing_ && ::epoll_ctl(enclosing_.get(), EPOLL_CTL_ADD, number_, &wanted) == 0;
  }
  Wait kind() const noexcept {
    if (enclosing_ || events_ & POLLIN) return Wait::wait_read;
    return events_ & POLLOUT ? Wait::wait_write : Wait::wait_error;
  }

  Fd enclosing_;  // closed after `descriptor_` has released it
  Descriptor descriptor_;
  int number_;
  short events_;
  std::uint64_t serial_;
  bool works_ = false;
  bool waits_ = false;
};
}  // namespace forklift::inline FORKLIFT_WHICH_ASIO
