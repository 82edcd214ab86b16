// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Boost.Process v2 from coroutines with its vfork_launcher.
//
// Every launch gets a fresh execution context, for the reason given in
// boost_v2_vfork.cpp: on the loop's own context the launcher of Boost 1.81
// would let the child replace the reactor's descriptors in the loop's memory.
// The loop then takes over the process by its pid, which opens a second pidfd.
// Both count as part of the launch, as for any correct user; pipes and waiting
// belong to the loop.
#include <boost/asio/readable_pipe.hpp>
#include <boost/asio/writable_pipe.hpp>
#include <stdexcept>

#include "lab/modules/boost_v2.hpp"
#include <boost/process/v2/stdio.hpp>

#include "lab/loop/coroutines.hpp"

namespace {

namespace aio = boost::asio;
namespace process = boost::process::v2;

class BoostVforkLauncher {
 public:
  explicit BoostVforkLauncher(const char* program) : program_(program) {}

  aio::awaitable<void> launch(aio::any_io_executor executor, std::vector<double>& hold) {
    const lab::Stopwatch watch;
    aio::writable_pipe in(executor);
    aio::readable_pipe out(executor);
    aio::readable_pipe err(executor);
    process::process child(executor, vfork(in, out, err));
    hold.push_back(watch.read());
    const int code = co_await child.async_wait(aio::use_awaitable);
    if (code != 0) throw std::runtime_error("Boost.Process v2, vfork: the child failed");
  }

 private:
  pid_t vfork(aio::writable_pipe& in, aio::readable_pipe& out, aio::readable_pipe& err) {
    aio::io_context context;
    process::posix::vfork_launcher launcher;
    auto child = launcher(context.get_executor(), program_, no_arguments_,
                          process::process_stdio{in, out, err});
    const pid_t pid = child.id();
    child.detach();
    return pid;
  }

  process::filesystem::path program_;
  std::vector<std::string> no_arguments_;
};

}  // namespace

lab::loop::EventLoop* forklift_event_loop(const char* program) {
  return new lab::loop::Coroutines<BoostVforkLauncher>(program);
}
