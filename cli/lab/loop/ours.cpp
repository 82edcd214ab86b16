// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/loop/ours.hpp"

#include <forklift/asio.hpp>
#include <stdexcept>

#include "lab/loop/coroutines.hpp"

namespace lab::loop {
namespace {

class Ours {
 public:
  explicit Ours(const char* program) : command_(program) {
    using forklift::Stdio;
    command_.in(Stdio::pipe()).out(Stdio::pipe()).err(Stdio::pipe());
  }

  aio::awaitable<void> launch(aio::any_io_executor executor, std::vector<double>& hold) {
    const auto initiation = [this, &hold, &executor](auto handler) {
      const Stopwatch watch;
      forklift::async_spawn(executor, command_, std::move(handler));
      hold.push_back(watch.read());
    };
    using Token = const aio::use_awaitable_t<>;
    forklift::Child child =
        co_await aio::async_initiate<Token, void(std::exception_ptr, forklift::Child)>(
            initiation, aio::use_awaitable);
    const forklift::ExitStatus status =
        co_await forklift::async_wait(executor, child, aio::use_awaitable);
    if (!status.success()) throw std::runtime_error("the program " + status.text());
  }

 private:
  forklift::Command command_;
};

}  // namespace

std::unique_ptr<EventLoop> make_ours(const std::string& program) {
  return std::make_unique<Coroutines<Ours>>(program.c_str());
}

}  // namespace lab::loop
