// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <forklift/boost_process.hpp>

#include <boost/asio/connect_pipe.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/readable_pipe.hpp>
#include <boost/asio/writable_pipe.hpp>
#include <boost/asio/write.hpp>
#include <algorithm>
#include <boost/process/v2/process.hpp>
#include <boost/process/v2/stdio.hpp>
#include <string>
#include <vector>

#include "../support.hpp"

namespace asio = boost::asio;
namespace v2 = boost::process::v2;
using forklift::boost_launcher;
using v2::error_code, v2::process_stdio;
using boosts_launcher = v2::posix::default_launcher;
using Strings = std::vector<std::string>;

namespace {

/// The outcome of a launch with these streams, as a text.
template <class... Inits>
std::string launched(auto launcher, Inits&&... inits) {
  asio::io_context context;
  try {
    auto child = launcher(context, "/bin/true", Strings{}, std::forward<Inits>(inits)...);
    return "ended with " + std::to_string(child.wait());
  } catch (const boost::system::system_error& error) {
    // Boost's launcher leaves the child of a refused launch unreaped.
    if (launcher.pid > 0) ::waitpid(launcher.pid, nullptr, 0);
    return "refused with " + std::to_string(error.code().value());
  }
}

/// Boost leaks an end of the pipe that it opens in vain: closes it.
class LeaksOfBoost {
 public:
  ~LeaksOfBoost() {
    for (const int number : open_descriptors()) {
      if (std::ranges::find(before_, number) == before_.end()) ::close(number);
    }
  }

 private:
  static std::vector<int> open_descriptors() {
    constexpr int most = 256;
    std::vector<int> open;
    for (int number = 0; number < most; ++number) {
      if (::fcntl(number, F_GETFD) >= 0) open.push_back(number);
    }
    return open;
  }

  const std::vector<int> before_ = open_descriptors();
};

template <class Run>
void same_as_boost(const std::string& expected, Run run) {
  CHECK(run(boosts_launcher()) == expected);
  CHECK(run(boost_launcher()) == expected);
}

}  // namespace

TEST_CASE("a pipe that is open already is as little of an obstacle as to Boost") {
  const LeaksOfBoost leaks;
  same_as_boost("ended with 0", [](auto launcher) {
    asio::io_context context;
    asio::readable_pipe reading(context);
    asio::writable_pipe writing(context);
    asio::connect_pipe(reading, writing);
    return launched(launcher, process_stdio{writing});
  });
  same_as_boost("ended with 0", [](auto launcher) {
    asio::io_context context;
    asio::readable_pipe reading(context);
    asio::writable_pipe writing(context);
    asio::connect_pipe(reading, writing);
    return launched(launcher, process_stdio{{}, reading, {}});
  });
}

TEST_CASE("a pipe that is open already stays the one that it was") {
  const LeaksOfBoost leaks;
  asio::io_context context;
  asio::readable_pipe reading(context);
  asio::writable_pipe writing(context);
  asio::connect_pipe(reading, writing);
  const int before = writing.native_handle();
  CHECK(launched(boost_launcher(), process_stdio{writing}) == "ended with 0");
  CHECK(writing.native_handle() == before);
  asio::write(writing, asio::buffer(std::string("kept")));
  std::string text(4, ' ');
  asio::read(reading, asio::buffer(text));
  CHECK(text == "kept");
}

TEST_CASE("a pipe that cannot be made is an error, and no stream of the caller's") {
  asio::io_context context;
  asio::writable_pipe in(context);
  process_stdio streams{in};
  streams.in.ec = error_code(EMFILE, boost::system::system_category());
  CHECK(launched(boost_launcher(), streams) == "refused with " + std::to_string(EMFILE));
}

TEST_CASE("an object that is closed fails the launch as its descriptor does") {
  same_as_boost("refused with " + std::to_string(EBADF), [](auto launcher) {
    asio::io_context context;
    asio::writable_pipe closed(context);
    return launched(launcher, process_stdio{{}, closed, {}});
  });
  same_as_boost("refused with " + std::to_string(EBADF),
                [](auto launcher) { return launched(launcher, process_stdio{-1}); });
}

TEST_CASE("a socket is both standard streams of a child") {
  same_as_boost("there and back", [](auto launcher) {
    asio::io_context context;
    asio::local::stream_protocol::socket ours(context), its(context);
    asio::local::connect_pair(ours, its);
    auto child = launcher(context, "/bin/cat", Strings{}, process_stdio{its, its, {}});
    its.close();
    asio::write(ours, asio::buffer(std::string("there and back")));
    ours.shutdown(asio::socket_base::shutdown_send);
    std::string text;
    error_code end;
    asio::read(ours, asio::dynamic_buffer(text), end);
    CHECK(child.wait() == 0);
    return text;
  });
}
