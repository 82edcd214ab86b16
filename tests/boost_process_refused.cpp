// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Must not compile: the initializer has code for the child.
#include <forklift/boost_process.hpp>

#include <boost/asio/io_context.hpp>

namespace v2 = boost::process::v2;

struct CodeForTheChild {
  v2::error_code on_exec_setup(v2::posix::default_launcher&, const v2::filesystem::path&,
                               const char* const*) {
    return {};
  }
};

int main() {
  boost::asio::io_context context;
  return forklift::boost_launcher()(context, "/bin/true", {}, CodeForTheChild()).wait();
}
