// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The code of a user of either Asio; built outside this project.

#if defined(FORKLIFT_BOOST_ASIO)
#include <boost/asio/io_context.hpp>
using boost::asio::io_context;
#else
#include <asio/io_context.hpp>
using asio::io_context;
#endif
#include <forklift/asio.hpp>

int main() {
  io_context context;
  std::string text;
  forklift::async_output(context, forklift::Command("echo").arg("hello"),
                         [&](std::exception_ptr, forklift::Output output) { text = output.out; });
  context.run();
  return text == "hello\n" ? 0 : 1;
}
