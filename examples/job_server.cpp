// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// job_server SOCKET: each line that arrives on the Unix socket is a script, and
// what it prints goes back. One thread, any number of clients, four jobs at a time.

#include <asio.hpp>
#include <forklift/asio.hpp>

using asio::local::stream_protocol, asio::awaitable, asio::use_awaitable;

awaitable<void> serve(stream_protocol::socket client, forklift::LaunchLimiter& limiter) try {
  for (std::string lines;;) {
    const auto size =
        co_await asio::async_read_until(client, asio::dynamic_buffer(lines), '\n', use_awaitable);
    const auto job = forklift::Command("sh").args({"-c", lines.substr(0, size)});
    lines.erase(0, size);
    const auto permit = co_await limiter.async_acquire(use_awaitable);
    const auto done = co_await forklift::async_output(client.get_executor(), job, use_awaitable);
    co_await asio::async_write(client, asio::buffer(done.out), use_awaitable);
  }
} catch (const std::system_error&) {
  // The client has gone, or there is no shell: nothing more for it.
}

awaitable<void> listen(stream_protocol::acceptor acceptor, forklift::LaunchLimiter& limiter) {
  for (;;) {
    auto client = co_await acceptor.async_accept(use_awaitable);
    asio::co_spawn(acceptor.get_executor(), serve(std::move(client), limiter), asio::detached);
  }
}

int main(int, char** argv) {
  asio::io_context context;
  forklift::LaunchLimiter limiter(context, 4);
  stream_protocol::acceptor acceptor(context, stream_protocol::endpoint(argv[1]));
  asio::co_spawn(context, listen(std::move(acceptor), limiter), asio::detached);
  context.run();
}
