// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <forklift/asio/initiate.hpp>
#include <list>
#include <memory>
#include <mutex>
#include <system_error>
#include <type_traits>
#include <utility>

namespace forklift::inline FORKLIFT_WHICH_ASIO {
/// Limits the number of children that a program has at a time, and so the memory
/// and the descriptors that they use. First come, first served.
///
/// Acquire a permit before a launch and hold it for as long as the child should
/// count:
///
///     const auto permit = co_await limiter.async_acquire(asio::use_awaitable);
///     const auto output = co_await async_output(executor, command, asio::use_awaitable);
///
/// Threads: any, at any time. Permits may outlive the limiter.
class LaunchLimiter {
  class Queue;

 public:
  /// The right to have one more child, until it is destroyed.
  class Permit {
   public:
    /// No permit.
    Permit() noexcept = default;
    Permit(Permit&& other) noexcept = default;
    Permit& operator=(Permit&& other) noexcept {
      std::swap(queue_, other.queue_);
      return *this;
    }
    ~Permit() {
      if (queue_) queue_->give_back();
    }
    explicit operator bool() const noexcept { return queue_ != nullptr; }

   private:
    friend class Queue;
    explicit Permit(std::shared_ptr<Queue> queue) noexcept : queue_(std::move(queue)) {}

    std::shared_ptr<Queue> queue_;
  };

  /// `most` permits at a time, at least 1. A handler without an associated
  /// executor is called in the context of `executor`.
  template <class Ex>
  LaunchLimiter(Ex&& executor, std::size_t most)
      : executor_(executor_of(executor)), queue_(std::make_shared<Queue>(most)) {}
  /// Completes pending waits with the error.
  ~LaunchLimiter() { queue_->close(); }
  LaunchLimiter(const LaunchLimiter&) = delete;
  LaunchLimiter& operator=(const LaunchLimiter&) = delete;

  /// Waits for its turn; completes with `void(std::exception_ptr, Permit)`.
  ///
  /// Errors: std::system_error with ECANCELED when cancelled, or when the limiter
  /// is destroyed. Cancels: leaves the queue, for all three cancellation types.
  template <class Token>
  auto async_acquire(Token&& token) {
    if constexpr (is_yield<std::decay_t<Token>>) {
      return acquire<void(Packed<Permit>)>(token).unpack();
    } else {
      return acquire<void(std::exception_ptr, Permit)>(token);
    }
  }

  /// The numbers of permits in use and of waiters.
  std::size_t in_use() const { return queue_->in_use(); }
  std::size_t waiting() const { return queue_->waiting(); }

 private:
  // Waits with a timer that never expires, so that it belongs to its io_context
  // and goes with it; cancelling the timer wakes it.
  struct Waiter {
    explicit Waiter(const aio::any_io_executor& executor)
        : timer(executor, aio::steady_timer::time_point::max()) {}
    aio::steady_timer timer;
    Permit permit;  // set when its turn comes
  };

  class Queue : public std::enable_shared_from_this<Queue> {
   public:
    explicit Queue(std::size_t most) : free_(std::max<std::size_t>(most, 1)) {}

    // A permit at once, or none and the waiter is woken when it is its turn.
    template <class Woken>
    Permit enter(const std::shared_ptr<Waiter>& waiter, Woken&& woken) {
      const std::lock_guard guard(mutex_);
      if (free_ > 0) {
        --free_;
        ++in_use_;
        return Permit(shared_from_this());
      }
      waiting_.push_back(waiter);
      waiter->timer.async_wait(std::forward<Woken>(woken));
      return Permit();
    }

    void give_back() {
      Permit next(shared_from_this());  // for the first that still waits
      const std::lock_guard guard(mutex_);
      while (!waiting_.empty()) {
        const auto waiter = waiting_.front().lock();
        waiting_.pop_front();
        if (!waiter) continue;
        waiter->permit = std::move(next);
        waiter->timer.cancel();
        return;
      }
      next.queue_.reset();
      ++free_;
      --in_use_;
    }

    void leave(const std::shared_ptr<Waiter>& waiter) {
      const std::lock_guard guard(mutex_);
      const auto removed = std::erase_if(
          waiting_, [&](const std::weak_ptr<Waiter>& one) { return one.lock() == waiter; });
      if (removed > 0) waiter->timer.cancel();
    }

    void close() {
      const std::lock_guard guard(mutex_);
      for (const auto& one : std::exchange(waiting_, {})) {
        if (const auto waiter = one.lock()) waiter->timer.cancel();
      }
    }

    std::size_t in_use() const {
      const std::lock_guard guard(mutex_);
      return in_use_;
    }
    std::size_t waiting() const {
      const std::lock_guard guard(mutex_);
      return static_cast<std::size_t>(std::ranges::count_if(
          waiting_, [](const std::weak_ptr<Waiter>& one) { return !one.expired(); }));
    }

   private:
    mutable std::mutex mutex_;
    std::size_t free_;
    std::size_t in_use_ = 0;
    std::list<std::weak_ptr<Waiter>> waiting_;
  };

  template <class Handler>
  static void give(Handler&& handler, Permit permit) {
    std::exception_ptr error;
    if (!permit) {
      error = std::make_exception_ptr(
          std::system_error(std::make_error_code(std::errc::operation_canceled)));
    }
    if constexpr (std::is_invocable_v<Handler, Packed<Permit>>) {
      std::forward<Handler>(handler)(Packed<Permit>{std::move(error), std::move(permit)});
    } else {
      std::forward<Handler>(handler)(std::move(error), std::move(permit));
    }
  }

  template <class Handler>
  static void enter(Handler handler, const aio::any_io_executor& executor,
                    const std::shared_ptr<Queue>& queue) {
    auto slot = aio::get_associated_cancellation_slot(handler);
    const auto completing = aio::get_associated_executor(handler, executor);
    const auto shared = std::make_shared<Handler>(std::move(handler));
    const auto waiter = std::make_shared<Waiter>(executor);
    if (slot.is_connected()) {
      slot.assign(
          [queue = std::weak_ptr(queue), one = std::weak_ptr(waiter)](aio::cancellation_type) {
            const auto from = queue.lock();
            const auto waits = one.lock();
            if (from && waits) from->leave(waits);
          });
    }
    Permit permit =
        queue->enter(waiter, aio::bind_executor(completing, [shared, waiter](const AioError&) {
                       give(std::move(*shared), std::move(waiter->permit));
                     }));
    if (!permit) return;
    aio::post(executor,
              aio::bind_executor(completing, [shared, permit = std::move(permit)]() mutable {
                give(std::move(*shared), std::move(permit));
              }));
  }

  template <class Signature, class Token>
  auto acquire(Token& token) {
    return aio::async_initiate<Token, Signature>(
        [](auto handler, const aio::any_io_executor& executor,
           const std::shared_ptr<Queue>& queue) { enter(std::move(handler), executor, queue); },
        token, executor_, queue_);
  }

  aio::any_io_executor executor_;
  std::shared_ptr<Queue> queue_;
};
}  // namespace forklift::inline FORKLIFT_WHICH_ASIO
