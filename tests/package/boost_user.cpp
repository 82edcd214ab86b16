// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <forklift/boost_process.hpp>

#include <boost/asio/io_context.hpp>

int main() {
  boost::asio::io_context context;
  return forklift::boost_launcher()(context, "/bin/true", {}).wait();
}
