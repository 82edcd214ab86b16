// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Asio makes non-blocking what it reads or writes. A child's ends block all the same.

#include <fcntl.h>

#include <forklift/fork_lock.hpp>
#include <string>

#include "../asio/here.hpp"

using forklift::Command, forklift::Stdio;

namespace {

// Reads from the child what it finds about its own descriptors 0 and 1, after Asio has
// made our ends non-blocking; "go" is what the child waits for.
std::string flags_seen(asio::io_context& context, const std::string& program) {
  auto child = Command("sh")
                   .arg("-c")
                   .arg("read go; " + program)
                   .in(Stdio::pipe())
                   .out(Stdio::pipe())
                   .spawn();
  auto in = forklift::writable_pipe(context, std::move(child.in()));
  auto out = forklift::readable_pipe(context, std::move(child.out()));
  std::string text;
  asio::async_read(out, asio::dynamic_buffer(text), [](auto, auto) {});
  asio::async_write(in, asio::buffer("go\n", 3), [&](auto, auto) {
    CHECK((::fcntl(in.native_handle(), F_GETFL) & O_NONBLOCK) != 0);
    CHECK((::fcntl(out.native_handle(), F_GETFL) & O_NONBLOCK) != 0);
  });
  run(context);
  CHECK(child.wait().success());
  return text;
}

bool blocks(const std::string& fdinfo) {
  const auto at = fdinfo.find("flags:\t");
  REQUIRE(at != std::string::npos);
  return (std::stol(fdinfo.substr(at + 7), nullptr, 8) & O_NONBLOCK) == 0;
}

}  // namespace

TEST_CASE("a child's ends of pipes block although Asio has made ours non-blocking") {
  asio::io_context context;
  CHECK(blocks(flags_seen(context, "cat /proc/$$/fdinfo/0")));
  CHECK(blocks(flags_seen(context, "cat /proc/$$/fdinfo/1")));
}

TEST_CASE("an output that Asio has made non-blocking blocks in the child if asked for") {
  asio::io_context context;
  auto made = forklift::fork_exec_pipe();
  REQUIRE(made);
  auto reading = forklift::readable_pipe(context, std::move(made->reading));
  auto writing = forklift::writable_pipe(context, std::move(made->writing));
  asio::async_write(writing, asio::buffer("x", 1), [](auto, auto) {});
  run(context);
  const int out = writing.native_handle();
  REQUIRE((::fcntl(out, F_GETFL) & O_NONBLOCK) != 0);
  constexpr std::size_t much = 1 << 20;
  auto child = Command("head")
                   .arg("-c")
                   .arg(std::to_string(much))
                   .arg("/dev/zero")
                   .out(Stdio::descriptor(out).blocking())
                   .spawn();
  writing.close();
  std::string text;
  asio::async_read(reading, asio::dynamic_buffer(text), [](auto, auto) {});
  run(context);
  CHECK(text.size() == 1 + much);
  CHECK(child.wait().success());
}
