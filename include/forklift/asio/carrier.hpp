// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Drives an `Operation` in an io_context: Asio's descriptors wait for its
// entries, a timer for its deadline, and all its code runs in one strand of the
// completion handler's executor.

#pragma once

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <forklift/asio/library.hpp>
#include <forklift/asio/watch.hpp>
#include <forklift/operation.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace forklift::inline FORKLIFT_WHICH_ASIO {
/// The signal for a cancellation type; the strongest of those requested.
inline int signal_of(aio::cancellation_type type) noexcept {
  const auto has = [type](aio::cancellation_type one) {
    return (type & one) != aio::cancellation_type::none;
  };
  if (has(aio::cancellation_type::terminal)) return SIGKILL;
  if (has(aio::cancellation_type::partial)) return SIGTERM;
  return has(aio::cancellation_type::total) ? SIGINT : 0;
}

/// A running operation, independent of the types of its result and handler.
///
/// Everything that may still call it holds a reference. It completes when only
/// one reference is left, so none of its waits is pending then. If a destroyed
/// io_context drops the last reference, the operation is destroyed, too.
class Carrier {
 public:
  class Reference {
   public:
    explicit Reference(Carrier* carrier) noexcept : carrier_(carrier) { ++carrier_->references_; }
    Reference(Reference&& other) noexcept : carrier_(std::exchange(other.carrier_, nullptr)) {}
    Reference& operator=(Reference) = delete;
    ~Reference() {
      if (carrier_ && --carrier_->references_ == 0) carrier_->destroy();
    }
    Carrier* operator->() const noexcept { return carrier_; }
    Carrier& operator*() const noexcept { return *carrier_; }

   private:
    Carrier* carrier_;
  };

  /// Kept by a cancellation slot, which may call it after the operation's end.
  class Canceller {
   public:
    explicit Canceller(Carrier* carrier) noexcept : carrier_(carrier) {}
    void cancel(aio::cancellation_type type) {
      const std::lock_guard guard(mutex_);
      const int signal = signal_of(type);
      if (!carrier_ || signal == 0) return;
      aio::post(carrier_->strand_,
                [self = Reference(carrier_), signal]() mutable { stop(std::move(self), signal); });
    }
    void forget() noexcept {
      const std::lock_guard guard(mutex_);
      carrier_ = nullptr;
    }

   private:
    std::mutex mutex_;
    Carrier* carrier_;
  };

  /// Begins; called once, with the only reference.
  static void start(Reference first) {
    const auto strand = first->strand_;
    aio::dispatch(strand, [self = std::move(first)]() mutable {
      if (!self->operation().perform()) return self->wait();
      // Never completes in the call that started it.
      Carrier& begun = *self;
      aio::post(begun.strand_, [self = std::move(self)]() mutable { end(std::move(self)); });
    });
  }

  std::shared_ptr<Canceller> canceller() {
    if (!canceller_) canceller_ = std::make_shared<Canceller>(this);
    return canceller_;
  }

 protected:
  /// Waits in the context of `waiting`, and does everything else in that of
  /// `completing`.
  Carrier(const aio::any_io_executor& waiting, const aio::any_io_executor& completing)
      : executor_(waiting), strand_(completing) {}
  virtual ~Carrier() {
    if (canceller_) canceller_->forget();
  }

  virtual Operation& operation() noexcept = 0;
  /// Takes the result, drops the last reference, and calls the handler.
  virtual void complete(Reference self) = 0;
  virtual void destroy() noexcept = 0;

 private:
  void wait() {
    const std::span<pollfd> entries = operation().poll_entries();
    std::erase_if(watches_, [entries](const auto& watch) {
      return std::ranges::none_of(entries, [&](const pollfd& one) { return watch->is_for(one); });
    });
    operation().release_closed();
    bool looks = false;
    for (const pollfd& entry : entries) {
      if (entry.fd >= 0 && !wait_for(entry)) looks = true;
    }
    looks_ = looks;
    if (looks_ && look()) {  // as with a regular file, which is always ready
      aio::post(strand_, [self = Reference(this)]() mutable { perform(std::move(self)); });
    } else {
      set_timer();
    }
  }

  // False where only polling works: the context cannot wait for a regular file,
  // or for one more descriptor.
  bool wait_for(const pollfd& entry) {
    auto found =
        std::ranges::find_if(watches_, [&](const auto& watch) { return watch->is_for(entry); });
    if (found == watches_.end()) {
      watches_.push_back(std::make_unique<Watch>(executor_, entry, ++last_serial_,
                                                 operation().is_callers(entry.fd)));
      found = std::prev(watches_.end());
    }
    Watch& watch = **found;
    watch.wait(aio::bind_executor(
        strand_, [self = Reference(this), serial = watch.serial()](const AioError& error) mutable {
          if (self->over_ || self->note(serial, error)) perform(std::move(self));
        }));
    return watch.works();
  }

  void set_timer() {
    auto until = operation().deadline();
    const auto soon = Operation::Clock::now() + std::chrono::milliseconds(10);
    if (looks_ && (!until || soon < *until)) until = soon;
    if (until == set_for_) return;
    set_for_ = until;
    if (!until) {
      timer_->cancel();
      return;
    }
    if (!timer_) timer_.emplace(executor_);
    timer_->expires_at(*until);  // ends the wait before
    timer_->async_wait(aio::bind_executor(
        strand_, [self = Reference(this), set_for = until](const AioError&) mutable {
          const bool is_due = self->set_for_ == set_for;
          if (is_due) self->set_for_.reset();
          if (self->over_ || is_due) perform(std::move(self));
        }));
  }

  // False when it is no longer waited for.
  bool note(std::uint64_t serial, const AioError& error) {
    const auto found = std::ranges::find_if(
        watches_, [serial](const auto& watch) { return watch->serial() == serial; });
    if (found == watches_.end()) return false;
    Watch& watch = **found;
    const short events = watch.found();
    if (error) watch.fail();
    for (pollfd& entry : operation().poll_entries()) {
      if (watch.is_for(entry)) entry.revents = events;
    }
    return true;
  }

  static void perform(Reference self) {
    if (!self->over_) {
      if (self->looks_) self->look();
      if (!self->operation().perform()) return self->wait();
    }
    end(std::move(self));
  }

  bool look() {
    const std::span<pollfd> entries = operation().poll_entries();
    return ::poll(entries.data(), entries.size(), 0) > 0;
  }

  static void stop(Reference self, int signal) {
    if (!self->over_) self->operation().cancel(signal);
    perform(std::move(self));
  }

  static void end(Reference self) {
    Carrier& carrier = *self;
    if (!std::exchange(carrier.over_, true)) {
      if (carrier.canceller_) carrier.canceller_->forget();
      carrier.watches_.clear();
      carrier.timer_.reset();
    }
    if (carrier.references_ == 1) carrier.complete(std::move(self));
  }

  aio::any_io_executor executor_;
  aio::strand<aio::any_io_executor> strand_;
  std::vector<std::unique_ptr<Watch>> watches_;
  std::uint64_t last_serial_ = 0;
  std::optional<aio::basic_waitable_timer<Operation::Clock, aio::wait_traits<Operation::Clock>,
                                          aio::any_io_executor>>
      timer_;
  std::optional<Operation::Clock::time_point> set_for_;
  std::shared_ptr<Canceller> canceller_;
  std::atomic<int> references_{0};
  bool over_ = false;
  bool looks_ = false;
};
}  // namespace forklift::inline FORKLIFT_WHICH_ASIO
