// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Combines an operation and a completion token into an asynchronous operation
// of Asio.

#pragma once

#include <exception>
#include <expected>
#include <forklift/asio/carrier.hpp>
#include <forklift/error.hpp>
#include <forklift/operation.hpp>
#include <memory>
#include <type_traits>
#include <utility>

namespace forklift::inline FORKLIFT_WHICH_ASIO {
/// An executor, or an execution context that has one.
template <class T>
concept Context = std::is_convertible_v<T&, aio::execution_context&>;
template <class T>
concept Executor = aio::is_executor<T>::value || aio::execution::is_executor<T>::value;

template <Executor Ex>
aio::any_io_executor executor_of(const Ex& executor) {
  return executor;
}
template <Context Ctx>
aio::any_io_executor executor_of(Ctx& context) {
  return context.get_executor();
}

/// An executor that can run an operation's own handlers: its type guarantees that
/// it has a thread. (Executors of futures run functions on the calling thread, and
/// asking for their context makes Asio start its pool of system threads.)
template <class Ex>
concept Hosting = std::is_same_v<Ex, aio::any_io_executor> ||
    (std::is_convertible_v<Ex, aio::any_io_executor>&& requires(const Ex& executor) {
      executor.running_in_this_thread();
    });

/// How a result reaches a handler: as an exception or a value.
template <class Result>
struct Throwing {
  using Signature = void(std::exception_ptr, Result);

  explicit Throwing(OperationOf<Result>& operation) {
    try {
      result = operation.take();
    } catch (...) {
      error = std::current_exception();
    }
  }
  template <class Handler>
  void give(Handler&& handler) {
    std::forward<Handler>(handler)(std::move(error), std::move(result));
  }

  std::exception_ptr error;
  Result result;
};

/// The same as a value that is one or the other.
template <class Result>
struct Expecting {
  using Signature = void(std::expected<Result, LaunchError>);

  explicit Expecting(OperationOf<Result>& operation) {
    try {
      result = operation.take();
    } catch (const LaunchError& error) {
      result = std::unexpected(error);
    }
  }
  template <class Handler>
  void give(Handler&& handler) {
    std::forward<Handler>(handler)(std::move(result));
  }

  std::expected<Result, LaunchError> result;
};

/// The same in one value, for tokens that do not support exceptions.
template <class Result>
struct Packed {
  std::exception_ptr error;
  Result result;

  Result unpack() && {
    if (error) std::rethrow_exception(error);
    return std::move(result);
  }
};
template <class Result>
struct Packing : Throwing<Result> {
  using Signature = void(Packed<Result>);
  using Throwing<Result>::Throwing;

  template <class Handler>
  void give(Handler&& handler) {
    std::forward<Handler>(handler)(Packed<Result>{std::move(this->error), std::move(this->result)});
  }
};

/// A carrier with its operation and its handler, in memory of the handler's
/// allocator.
template <class Result, template <class> class Giving, class Handler>
class CarrierOf final : public Carrier {
 public:
  static void start(const aio::any_io_executor& executor, OperationPtr<Result> operation,
                    Handler handler) {
    Allocator allocator(aio::get_associated_allocator(handler));
    const auto slot = aio::get_associated_cancellation_slot(handler);
    CarrierOf* const made = Traits::allocate(allocator, 1);
    try {
      new (made) CarrierOf(executor, std::move(operation), std::move(handler));
    } catch (...) {
      Traits::deallocate(allocator, made, 1);
      throw;
    }
    Reference first(made);
    if (slot.is_connected()) made->listen_to(slot);
    Carrier::start(std::move(first));
  }

 private:
  using Allocator = typename std::allocator_traits<
      aio::associated_allocator_t<Handler>>::template rebind_alloc<CarrierOf>;
  using Traits = std::allocator_traits<Allocator>;
  using Completing = aio::associated_executor_t<Handler, aio::any_io_executor>;

  CarrierOf(const aio::any_io_executor& executor, OperationPtr<Result> operation, Handler handler)
      : Carrier(executor, completing(handler, executor)),
        allocator_(aio::get_associated_allocator(handler)),
        operation_(std::move(operation)),
        handler_(std::move(handler)),
        work_(aio::get_associated_executor(handler_, executor)) {}

  // Where the operation's own handlers run: with the completion handler if that
  // can be.
  static aio::any_io_executor completing(const Handler& handler,
                                         const aio::any_io_executor& executor) {
    if constexpr (Hosting<Completing>) {
      return aio::get_associated_executor(handler, executor);
    } else {
      return executor;
    }
  }

  template <class Slot>
  void listen_to(Slot slot) {
    slot.assign(
        [canceller = canceller()](aio::cancellation_type type) { canceller->cancel(type); });
  }

  Operation& operation() noexcept override { return *operation_; }

  void complete(Reference self) override {
    Giving<Result> given(*operation_);
    Handler handler(std::move(handler_));
    const auto work(std::move(work_));
    { const Reference last(std::move(self)); }
    aio::dispatch(work.get_executor(),
                  [handler = std::move(handler), given = std::move(given)]() mutable {
                    given.give(std::move(handler));
                  });
  }

  void destroy() noexcept override {
    Allocator allocator(allocator_);
    this->~CarrierOf();
    Traits::deallocate(allocator, this, 1);
  }

  Allocator allocator_;
  OperationPtr<Result> operation_;
  Handler handler_;
  aio::executor_work_guard<Completing> work_;
};

/// Starts the operation that `begin` creates when the token initiates it.
template <template <class> class Giving, class Result, class Token, class Begin>
auto initiate(aio::any_io_executor executor, Token&& token, Begin begin) {
  return aio::async_initiate<Token, typename Giving<Result>::Signature>(
      [](auto handler, aio::any_io_executor waiting, Begin made) {
        CarrierOf<Result, Giving, decltype(handler)>::start(waiting, made(), std::move(handler));
      },
      token, std::move(executor), std::move(begin));
}

/// A stackful `yield`. Before Asio 1.24 it throws nothing but error codes, and up
/// to 1.26 at least it cannot have an exception with a value.
template <class Token>
inline constexpr bool is_yield = false;
template <class T>
inline constexpr bool is_yield<aio::basic_yield_context<T>> = true;

/// The same with failures as exceptions; a `yield` gets both in one value.
template <class Result, class Token, class Begin>
auto initiate_throwing(aio::any_io_executor executor, Token&& token, Begin begin) {
  if constexpr (is_yield<std::decay_t<Token>>) {
    return initiate<Packing, Result>(std::move(executor), std::forward<Token>(token),
                                     std::move(begin))
        .unpack();
  } else {
    return initiate<Throwing, Result>(std::move(executor), std::forward<Token>(token),
                                      std::move(begin));
  }
}
}  // namespace forklift::inline FORKLIFT_WHICH_ASIO
