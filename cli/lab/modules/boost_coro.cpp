// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Boost.Process v2 from coroutines, as in its documentation: `process` with
// three pipes of Asio, then async_wait. Its default launcher forks and waits
// for the exec, on the thread of the loop.
#include <boost/asio/readable_pipe.hpp>
#include <boost/asio/writable_pipe.hpp>
#include <stdexcept>

#include "lab/modules/boost_v2.hpp"
#include <boost/process/v2/stdio.hpp>

#include "lab/loop/coroutines.hpp"

namespace {

namespace aio = boost::asio;
namespace process = boost::process::v2;

class BoostLauncher {
 public:
  explicit BoostLauncher(const char* program) : program_(program) {}

  aio::awaitable<void> launch(aio::any_io_executor executor, std::vector<double>& hold) {
    const lab::Stopwatch watch;
    aio::writable_pipe in(executor);
    aio::readable_pipe out(executor);
    aio::readable_pipe err(executor);
    process::process child(executor, program_, no_arguments_, process::process_stdio{in, out, err});
    hold.push_back(watch.read());
    const int code = co_await child.async_wait(aio::use_awaitable);
    if (code != 0) throw std::runtime_error("Boost.Process v2: the child failed");
  }

 private:
  process::filesystem::path program_;
  std::vector<std::string> no_arguments_;
};

}  // namespace

lab::loop::EventLoop* forklift_event_loop(const char* program) {
  return new lab::loop::Coroutines<BoostLauncher>(program);
}
