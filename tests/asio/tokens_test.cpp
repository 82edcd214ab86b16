// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Every operation with every completion token. A token is a way from an
// initiating function to its result.

#include "../support.hpp"
#include "here.hpp"

using forklift::async_communicate, forklift::async_output, forklift::async_pipeline;
using forklift::async_spawn, forklift::async_try_spawn, forklift::async_wait;
using forklift::Child, forklift::Command, forklift::ExitStatus, forklift::LaunchError;
using forklift::LaunchLimiter, forklift::Output, forklift::OutputOptions, forklift::Pipeline;
using forklift::PipelineOutput, forklift::PipelineStatus, forklift::RunningPipeline;
using forklift::Stdio, forklift::Step;

namespace {

// Takes the arguments of a handler: `(error, value)`, or a value alone.
template <class Result>
struct Taken {
  void operator()(std::exception_ptr told, Result result) {
    given->error = told;
    given->value.emplace(std::move(result));
  }
  void operator()(Result result) { given->value.emplace(std::move(result)); }
  Given<Result>* given;
};

struct ByCallback {
  template <class Result, class Start>
  static Result get(asio::io_context& context, Start start) {
    Given<Result> given;
    start(Taken<Result>{&given});
    CHECK_FALSE(given.value);  // never in the call that starts it
    run(context);
    return given.take();
  }
};

struct ByFuture {
  template <class Result, class Start>
  static Result get(asio::io_context& context, Start start) {
    auto future = start(asio::use_future);
    run(context);
    return future.get();
  }
};

struct ByAwaitable {
  template <class Result, class Start>
  static asio::awaitable<void> await(Start start, Given<Result>& given) {
    try {
      given.value.emplace(co_await start(asio::use_awaitable));
    } catch (...) {
      given.error = std::current_exception();
    }
  }
  template <class Result, class Start>
  static Result get(asio::io_context& context, Start start) {
    Given<Result> given;
    asio::co_spawn(context, await<Result>(start, given), asio::detached);
    run(context);
    return given.take();
  }
};

struct ByDeferred {
  template <class Result, class Start>
  static Result get(asio::io_context& context, Start start) {
    auto later = start(asio::experimental::deferred);
    run(context);
    Given<Result> given;
    std::move(later)(Taken<Result>{&given});
    run(context);
    return given.take();
  }
};

struct ByYield {
  template <class Result, class Start>
  static Result get(asio::io_context& context, Start start) {
    Given<Result> given;
    const auto body = [&](asio::yield_context yield) {
      try {
        given.value.emplace(start(yield));
      } catch (const std::exception&) {
        given.error = std::current_exception();
      }
    };
#if defined(FORKLIFT_BOOST_ASIO)
    asio::spawn(context, body, asio::detached);
#else
    asio::spawn(context, body);
#endif
    run(context);
    return given.take();
  }
};

Pipeline sorting() { return Command("printf").arg("b\\na\\n") | Command("sort"); }

}  // namespace

TEST_CASE_TEMPLATE("every operation gives its value by every token", By, ByCallback, ByFuture,
                   ByAwaitable, ByDeferred, ByYield) {
  asio::io_context context;
  Child child = By::template get<Child>(context, [&](auto&& token) {
    return async_spawn(context, Command("sh").args({"-c", "exit 7"}), token);
  });
  CHECK(child.pid() > 0);
  CHECK(By::template get<ExitStatus>(context, [&](auto&& token) {
          return async_wait(context, child, token);
        }).code() == 7);

  auto tried = By::template get<std::expected<Child, LaunchError>>(
      context, [&](auto&& token) { return async_try_spawn(context, Command("true"), token); });
  REQUIRE(tried);
  CHECK(tried->wait().success());

  const OutputOptions fed{.input = "hello"};
  CHECK(By::template get<Output>(context, [&](auto&& token) {
          return async_output(context, Command("cat"), fed, token);
        }).out == "hello");
  Child cat = Command("cat").in(Stdio::pipe()).out(Stdio::pipe()).spawn();
  CHECK(By::template get<Output>(context, [&](auto&& token) {
          return async_communicate(context, cat, fed, token);
        }).out == "hello");

  CHECK(By::template get<PipelineOutput>(context, [&](auto&& token) {
          return async_output(context, sorting(), token);
        }).out == "a\nb\n");
  auto running = By::template get<RunningPipeline>(context, [&](auto&& token) {
    return async_pipeline(context, sorting().out(Stdio::pipe()), token);
  });
  CHECK(By::template get<PipelineOutput>(context, [&](auto&& token) {
          return async_communicate(context, running, OutputOptions(), token);
        }).out == "a\nb\n");
  auto waited = By::template get<RunningPipeline>(context, [&](auto&& token) {
    return async_pipeline(context, sorting().out(Stdio::null()), token);
  });
  CHECK(By::template get<PipelineStatus>(context, [&](auto&& token) {
          return async_wait(context, waited, token);
        }).success());

  LaunchLimiter limiter(context, 1);
  const auto permit = By::template get<LaunchLimiter::Permit>(
      context, [&](auto&& token) { return limiter.async_acquire(token); });
  CHECK(permit);
  CHECK(limiter.in_use() == 1);
}

TEST_CASE_TEMPLATE("a failed launch arrives with step and subject by every token", By, ByCallback,
                   ByFuture, ByAwaitable, ByDeferred, ByYield) {
#if defined(__SANITIZE_ADDRESS__)
  if constexpr (std::is_same_v<By, ByYield>) {
    MESSAGE("skipped: AddressSanitizer knows no stack but the thread's to throw from");
    return;
  }
#endif
  asio::io_context context;
  const Command lost = Command("true").directory("/nope");
  const auto check = [](const LaunchError& error) {
    CHECK(error.step() == Step::directory);
    CHECK(error.subject() == "'/nope'");
    CHECK(error.code() == std::errc::no_such_file_or_directory);
  };
  try {
    By::template get<Child>(context,
                            [&](auto&& token) { return async_spawn(context, lost, token); });
    FAIL("the launch did not fail");
  } catch (const LaunchError& error) {
    check(error);
  }
  auto tried = By::template get<std::expected<Child, LaunchError>>(
      context, [&](auto&& token) { return async_try_spawn(context, lost, token); });
  REQUIRE_FALSE(tried);
  check(tried.error());
  CHECK_THROWS_AS(
      By::template get<PipelineOutput>(
          context,
          [&](auto&& token) { return async_output(context, Command("yes") | lost, token); }),
      LaunchError);
}
