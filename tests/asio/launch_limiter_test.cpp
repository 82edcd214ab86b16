// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "../support.hpp"
#include "here.hpp"

using forklift::async_spawn, forklift::async_wait;
using forklift::Child, forklift::Command, forklift::LaunchLimiter;
using Permit = LaunchLimiter::Permit;

TEST_CASE("who comes first gets a permit first, and no more are out than allowed") {
  asio::io_context context;
  LaunchLimiter limiter(context, 2);
  std::vector<int> spec;
  std::vector<Permit> held;
  for (int i = 0; i < 5; ++i) {
    limiter.async_acquire([&, i](std::exception_ptr, Permit permit) {
      spec.push_back(i);
      held.push_back(std::move(permit));
    });
  }
  context.poll();
  CHECK(spec == std::vector{0, 1});
  CHECK(limiter.in_use() == 2);
  CHECK(limiter.waiting() == 3);
  while (spec.size() < 5) {
    held.erase(held.begin());
    context.restart();
    REQUIRE(context.run_one() > 0);
    CHECK(limiter.in_use() == 2);
  }
  CHECK(spec == std::vector{0, 1, 2, 3, 4});
  held.clear();
  CHECK(limiter.in_use() == 0);
}

TEST_CASE("a limit of none is one") {
  asio::io_context context;
  LaunchLimiter limiter(context, 0);
  Given<Permit> given;
  limiter.async_acquire(given.taker());
  run(context);
  CHECK(given.take());
}

TEST_CASE("who is cancelled leaves the queue, and the next takes the place") {
  asio::io_context context;
  LaunchLimiter limiter(context, 1);
  Given<Permit> first, second, third;
  asio::cancellation_signal signal;
  limiter.async_acquire(first.taker());
  limiter.async_acquire(asio::bind_cancellation_slot(signal.slot(), second.taker()));
  limiter.async_acquire(third.taker());
  context.poll();
  signal.emit(asio::cancellation_type::partial);
  context.poll();
  CHECK_THROWS_AS(second.take(), std::system_error);
  CHECK(third.times == 0);
  first.value.reset();
  run(context);
  CHECK(third.take());
}

TEST_CASE("a permit that nobody takes any more goes back") {
  std::optional<asio::io_context> context(std::in_place);
  LaunchLimiter limiter(*context, 1);
  limiter.async_acquire([](std::exception_ptr, Permit) {});
  limiter.async_acquire([](std::exception_ptr, Permit) {});
  CHECK(limiter.in_use() == 1);
  CHECK(limiter.waiting() == 1);
  context.reset();
  CHECK(limiter.in_use() == 0);
  CHECK(limiter.waiting() == 0);
}

TEST_CASE("a limiter that goes tells who still waits; permits outlive it") {
  asio::io_context context;
  Given<Permit> first, second;
  {
    LaunchLimiter limiter(context, 1);
    limiter.async_acquire(first.taker());
    limiter.async_acquire(second.taker());
    context.poll();
    context.restart();
  }
  run(context);
  CHECK(first.take());
  CHECK_THROWS_AS(second.take(), std::system_error);
}

TEST_CASE("permits asked for and given back on many threads are never too many") {
  asio::thread_pool pool(3);
  LaunchLimiter limiter(pool, 4);
  std::atomic<int> now{0}, most{0}, done{0};
  for (int i = 0; i < 2000; ++i) {
    limiter.async_acquire([&](std::exception_ptr, Permit permit) {
      const int there = ++now;
      int known = most;
      while (there > known && !most.compare_exchange_weak(known, there)) {
      }
      --now;
      ++done;
      permit = Permit();
    });
  }
  pool.join();
  CHECK(done == 2000);
  CHECK(most <= 4);
  CHECK(limiter.in_use() == 0);
}

TEST_CASE("three hundred coroutines launch, and never more than eight children are there") {
  asio::io_context context;
  LaunchLimiter limiter(context, 8);
  std::size_t most = 0;
  int done = 0;
  const Command command("true");
  const auto body = [&]() -> asio::awaitable<void> {
    const Permit permit = co_await limiter.async_acquire(asio::use_awaitable);
    Child child = co_await async_spawn(context, command, asio::use_awaitable);
    most = std::max(most, children().size());
    const auto status = co_await async_wait(context, child, asio::use_awaitable);
    done += status.success();
  };
  for (int i = 0; i < 300; ++i) asio::co_spawn(context, body(), asio::detached);
  run(context);
  CHECK(done == 300);
  CHECK(most <= 8);
}
