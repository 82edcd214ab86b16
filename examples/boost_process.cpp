// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Boost.Process's own objects, of programs that are launched without a fork.

#include <forklift/boost_process.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/readable_pipe.hpp>
#include <iostream>

namespace asio = boost::asio;
using boost::process::v2::process_start_dir, boost::process::v2::process_stdio;

int main() {
  asio::io_context context;
  asio::readable_pipe out(context);
  try {
    auto child = forklift::boost_launcher()(
        context, "/bin/sh", {"-c", "pwd; exit 3"}, process_stdio{nullptr, out, {}},
        process_start_dir("/usr"), [](forklift::Command& command) { command.new_session(); });

    std::string text;
    asio::async_read(out, asio::dynamic_buffer(text),
                     [&](auto, std::size_t) { std::cout << "it wrote: " << text; });
    child.async_wait([](boost::system::error_code, int code) {
      std::cout << "it exited with " << code << "\n";
    });
    context.run();
    return child.exit_code() == 3 && text == "/usr\n" ? 0 : 1;
  } catch (const boost::system::system_error& error) {
    std::cerr << error.what() << "\n";  // the step, what it was about, and why
    return 2;
  }
}
