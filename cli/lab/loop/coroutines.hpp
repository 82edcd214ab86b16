// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The coroutines of the experiment, for either Asio: the same for all
// launchers, so that contenders differ in the launch alone.

#pragma once

#include <forklift/asio/launch_limiter.hpp>

#if defined(FORKLIFT_BOOST_ASIO)
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#else
#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/use_awaitable.hpp>
#endif

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "lab/contenders/stopwatch.hpp"
#include "lab/loop/event_loop.hpp"

namespace lab::loop {

namespace aio = forklift::aio;

/// One turn on one thread. `Launcher::launch(executor, hold)` is a coroutine that
/// launches a program with three pipes, notes how long the thread was inside the
/// call, and waits for the end.
template <class Launcher>
class Shift {
 public:
  Shift(Launcher& launcher, const Task& task)
      : launcher_(launcher), task_(task), limiter_(context_, task.limit), left_(task.coroutines) {}

  Turn run() {
    aio::co_spawn(context_, beat(), aio::detached);
    aio::co_spawn(context_, begin_all(), aio::detached);
    context_.run();
    if (trouble_) std::rethrow_exception(trouble_);
    return std::move(turn_);
  }

 private:
  using Nothing = aio::awaitable<void>;

  // In batches: starting ten thousand coroutines in one handler would by itself
  // delay the loop.
  Nothing begin_all() {
    constexpr std::size_t batch = 64;
    for (std::size_t i = 1; i <= task_.coroutines; ++i) {
      aio::co_spawn(context_, work(), aio::detached);
      if (i % batch == 0) co_await aio::post(context_, aio::use_awaitable);
    }
  }

  Nothing work() {
    try {
      do {
        const Stopwatch asked;
        const auto permit = co_await limiter_.async_acquire(aio::use_awaitable);
        if (is_over()) break;
        turn_.queueing.push_back(asked.read());
        turn_.most_children = std::max(turn_.most_children, ++children_);
        co_await launcher_.launch(context_.get_executor(), turn_.hold);
        --children_;
        ++turn_.launches;
        turn_.seconds = begun_.read() / 1e6;
      } while (task_.again);
    } catch (...) {
      if (!trouble_) trouble_ = std::current_exception();
    }
    --left_;
  }

  // Beats that fall due while one is late are merged with it: a loop that made
  // up for each in turn would stay late for long.
  Nothing beat() {
    aio::steady_timer timer(context_);
    auto planned = Clock::now();
    while (left_ > 0 || (task_.coroutines == 0 && !is_over())) {
      planned = std::max(planned + std::chrono::milliseconds(1), Clock::now());
      timer.expires_at(planned);
      co_await timer.async_wait(aio::use_awaitable);
      const std::chrono::duration<double, std::micro> late = Clock::now() - planned;
      turn_.beat.push_back(late.count());
    }
  }

  bool is_over() const { return trouble_ || Clock::now() > task_.until; }

  Launcher& launcher_;
  const Task& task_;
  aio::io_context context_{1};
  forklift::LaunchLimiter limiter_;
  const Stopwatch begun_;
  std::size_t left_;
  std::size_t children_ = 0;
  std::exception_ptr trouble_;
  Turn turn_;
};

template <class Launcher>
class Coroutines : public EventLoop {
 public:
  explicit Coroutines(const char* program) : launcher_(program) {}

  Turn run(const Task& task) override { return Shift<Launcher>(launcher_, task).run(); }

 private:
  Launcher launcher_;
};

}  // namespace lab::loop
