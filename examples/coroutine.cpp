// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// A coroutine that runs a pipeline, and gives it half a second.

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/io_context.hpp>
#include <asio/use_awaitable.hpp>
#include <forklift/asio.hpp>
#include <iostream>

using namespace asio::experimental::awaitable_operators;
using namespace std::chrono_literals;
using forklift::Command, forklift::Pipeline;

asio::awaitable<void> within_half_a_second(Pipeline pipeline) {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, 500ms);
  try {
    // The slower one is cancelled; a cancelled pipeline is killed.
    const auto first = co_await (forklift::async_output(executor, pipeline, asio::use_awaitable) ||
                                 timer.async_wait(asio::use_awaitable));
    const auto* const output = std::get_if<0>(&first);
    std::cout << (output ? output->out : "too slow\n");
  } catch (const forklift::LaunchError& error) {
    std::cout << error.what() << "\n";
  }
}

int main() {
  asio::io_context context;
  const auto sorted = Command("printf").arg("b\\na\\n") | Command("sort");
  asio::co_spawn(context, within_half_a_second(sorted), asio::detached);
  asio::co_spawn(context, within_half_a_second(Command("yes") | Command("cat")), asio::detached);
  context.run();
}
