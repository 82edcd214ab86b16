// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// O_NONBLOCK of what a child gets from its caller: left alone, or cleared if asked for.

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <forklift/command.hpp>
#include <forklift/fork_lock.hpp>

using forklift::Command, forklift::Fd, forklift::Stdio;

namespace {

constexpr std::size_t much = 4 << 20;  // more than a pipe or a socket holds

struct Ends {
  Fd reading, writing;
};

Ends nonblocking_pipe() {
  auto made = forklift::fork_exec_pipe();
  REQUIRE(made);
  REQUIRE(::fcntl(made->writing.get(), F_SETFL, O_NONBLOCK) == 0);
  return {std::move(made->reading), std::move(made->writing)};
}

// Empty where sockets are refused.
Ends nonblocking_socket() {
  std::array<int, 2> made{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, made.data()) != 0) return {};
  REQUIRE(::fcntl(made[1], F_SETFL, O_NONBLOCK) == 0);
  return {Fd(made[0]), Fd(made[1])};
}

bool is_nonblocking(int descriptor) { return (::fcntl(descriptor, F_GETFL) & O_NONBLOCK) != 0; }

Command writes_much() {
  return Command("head").arg("-c").arg(std::to_string(much)).arg("/dev/zero");
}

std::size_t read_all(const Fd& reading) {
  std::size_t total = 0;
  std::array<char, 65536> buffer;
  for (ssize_t size = 0; (size = ::read(reading.get(), buffer.data(), buffer.size())) > 0;) {
    total += static_cast<std::size_t>(size);
  }
  return total;
}

// The standard output of this program is another, for the length of a scope.
class OutputIs {
 public:
  explicit OutputIs(const Fd& other) : kept_(::fcntl(1, F_DUPFD_CLOEXEC, 200)) {
    ::dup2(other.get(), 1);
  }
  ~OutputIs() { ::dup2(kept_.get(), 1); }

 private:
  Fd kept_;
};

}  // namespace

TEST_CASE("a child that blocks on the caller's non-blocking descriptor loses nothing") {
  for (const bool second_stage : {false, true}) {
    for (const auto make : {nonblocking_pipe, nonblocking_socket}) {
      Ends ends = make();
      if (!ends.writing) continue;
      auto command = writes_much().out(Stdio::descriptor(ends.writing.get()).blocking());
      if (second_stage) command.group(::getegid());
      auto child = command.spawn();
      CHECK_FALSE(is_nonblocking(ends.writing.get()));  // one open file, one flag
      ends.writing.reset();
      CHECK(read_all(ends.reading) == much);
      CHECK(child.wait().success());
    }
  }
}

TEST_CASE("a child that blocks on the inherited standard output loses nothing") {
  Ends ends = nonblocking_pipe();
  auto child = [&] {
    const OutputIs changed(ends.writing);
    return writes_much().out(Stdio::inherit().blocking()).spawn();
  }();
  ends.writing.reset();
  CHECK(read_all(ends.reading) == much);
  CHECK(child.wait().success());
}

TEST_CASE("an alias that blocks makes the descriptor block that it is the same as") {
  Ends ends = nonblocking_pipe();
  auto child = writes_much()
                   .out(Stdio::same_as(5).blocking())
                   .descriptor(5, Stdio::descriptor(ends.writing.get()))
                   .spawn();
  ends.writing.reset();
  CHECK(read_all(ends.reading) == much);
  CHECK(child.wait().success());
}

TEST_CASE("nobody's flag changes unless it is asked for, and the child meets it") {
  const Ends ends = nonblocking_pipe();
  auto command = writes_much().out(Stdio::descriptor(ends.writing.get())).err(Stdio::null());
  CHECK_FALSE(command.run().success());  // nobody reads: EAGAIN, where it would wait for ever
  CHECK(is_nonblocking(ends.writing.get()));
  const OutputIs changed(ends.writing);
  CHECK_FALSE(writes_much().err(Stdio::null()).run().success());
  CHECK(is_nonblocking(1));
}

TEST_CASE("the caller's output opened anew blocks, and the caller's keeps its flag") {
  Ends ends = nonblocking_pipe();
  auto child = [&] {
    const OutputIs changed(ends.writing);
    return writes_much().out(Stdio::append("/dev/stdout")).spawn();
  }();
  CHECK(is_nonblocking(ends.writing.get()));
  ends.writing.reset();
  CHECK(read_all(ends.reading) == much);
  CHECK(child.wait().success());
}

TEST_CASE("the flag that is taken off leaves the other flags") {
  Fd file(::open("/tmp", O_TMPFILE | O_RDWR | O_APPEND | O_NONBLOCK | O_CLOEXEC, 0600));
  REQUIRE(file);
  const int before = ::fcntl(file.get(), F_GETFL);
  CHECK(Command("true").out(Stdio::descriptor(file.get()).blocking()).run().success());
  CHECK(::fcntl(file.get(), F_GETFL) == (before & ~O_NONBLOCK));
}
