// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The tests' interface to either Asio.

#pragma once

#include <forklift/asio.hpp>

#if defined(FORKLIFT_BOOST_ASIO)
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
namespace asio = boost::asio;
#else
#include <asio/bind_allocator.hpp>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/bind_executor.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/experimental/deferred.hpp>
#include <asio/io_context.hpp>
#include <asio/read.hpp>
#include <asio/spawn.hpp>
#include <asio/steady_timer.hpp>
#include <asio/strand.hpp>
#include <asio/streambuf.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/use_future.hpp>
#include <asio/write.hpp>
#endif

#include <memory>
#include <optional>
#include <utility>

/// Runs until no work is left.
inline void run(asio::io_context& context) {
  context.run();
  context.restart();
}

/// The arguments of a handler: the value, or the exception.
template <class Result>
struct Given {
  std::optional<Result> value;
  std::exception_ptr error;
  int times = 0;

  /// A handler that stores its arguments here.
  auto taker() {
    return [this](std::exception_ptr told, Result result) {
      ++times;
      error = told;
      value.emplace(std::move(result));
    };
  }
  /// The value, or throws.
  Result take() {
    if (error) std::rethrow_exception(error);
    return std::move(value.value());
  }
};
