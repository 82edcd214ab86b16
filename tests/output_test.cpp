// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#include "support.hpp"

using forklift::Command, forklift::Output, forklift::Stdio;
using namespace std::chrono_literals;

TEST_CASE("both streams are captured, however much is in them") {
  constexpr int size = 3'000'000;
  const Output output =
      Command("sh")
          .args({"-c", "head -c 3000000 /dev/zero >&2; head -c 3000000 /dev/zero; exit 4"})
          .output();
  CHECK(output.status.code() == 4);
  CHECK(output.out.size() == size);
  CHECK(output.err.size() == size);
  CHECK_FALSE(output.out_truncated);
  CHECK_FALSE(output.err_truncated);
  CHECK_FALSE(output.timed_out);
}

TEST_CASE("a captured program reads nothing unless told what to read") {
  CHECK(Command("cat").output().out.empty());
  const Folder folder;
  CHECK(Command("cat").in(Stdio::file(folder.file("in", "x"))).output().out == "x");
}

TEST_CASE("a stream that the command sets itself is not captured") {
  const Folder folder;
  Command command("sh");
  command.args({"-c", "echo out; echo err >&2"});
  const Output merged = Command(command).err(Stdio::same_as(1)).output();
  CHECK(merged.out == "out\nerr\n");
  CHECK(merged.err.empty());
  const Output filed = command.out(Stdio::file(folder.path("out"))).output();
  CHECK(filed.out.empty());
  CHECK(filed.err == "err\n");
  CHECK(read_file(folder.path("out")) == "out\n");
}

TEST_CASE("beyond the limit output is thrown away and reported, and the program goes on") {
  const Output output =
      Command("sh").args({"-c", "head -c 1000000 /dev/zero; echo end >&2"}).output({.limit = 1000});
  CHECK(output.status.success());
  CHECK(output.out.size() == 1000);
  CHECK(output.out_truncated);
  CHECK(output.err == "end\n");
  CHECK_FALSE(output.err_truncated);
}

TEST_CASE("output that fills the limit exactly is not truncated") {
  const Output output = Command("echo").arg("abc").output({.limit = 4});
  CHECK(output.out == "abc\n");
  CHECK_FALSE(output.out_truncated);
}

TEST_CASE("a program that runs too long is stopped, and what it wrote is kept") {
  const Command command = Command("sh").args({"-c", "echo begun; exec sleep 1000"});
  const Output output = within([&](auto limit) { return command.output({.timeout = limit}); },
                               [](const Output& made) { return !made.out.empty(); });
  CHECK(output.timed_out);
  CHECK(output.status.signal() == SIGTERM);
  CHECK(output.out == "begun\n");
}

TEST_CASE("a program that does not listen to SIGTERM is killed after the grace") {
  const Command command =
      Command("sh").args({"-c", "trap '' TERM; echo deaf; while :; do :; done"});
  const Output output =
      within([&](auto limit) { return command.output({.timeout = limit, .grace = 50ms}); },
             [](const Output& made) { return !made.out.empty(); });
  CHECK(output.timed_out);
  CHECK(output.status.signal() == SIGKILL);
  CHECK(output.out == "deaf\n");
}

TEST_CASE("a grandchild that holds the pipe does not hold us, and the stream is truncated") {
  const Folder folder;
  REQUIRE(::mkfifo(folder.path("fifo").c_str(), 0600) == 0);
  // The grandchild waits for the fifo, with our pipe as its output.
  const std::string script = "echo begun; (read x < " + folder.path("fifo") + ") & exit 0";
  std::chrono::nanoseconds took{};
  const Output output = within(
      [&](auto) {
        const auto start = std::chrono::steady_clock::now();
        Output made = Command("sh").args({"-c", script}).output({.drain = 50ms});
        took = std::chrono::steady_clock::now() - start;
        return made;
      },
      [&](const Output&) { return took < 900ms; });
  CHECK(output.status.success());
  CHECK(output.out == "begun\n");
  CHECK(output.out_truncated);
  CHECK_FALSE(output.timed_out);
  CHECK(took < 900ms);  // the default would be a second
  forklift::Fd(::open(folder.path("fifo").c_str(), O_WRONLY | O_CLOEXEC));  // releases it
}

TEST_CASE("output can be asked of one command again and again") {
  const Command command = Command("echo").arg("x");
  for (int i = 0; i < 20; ++i) CHECK(command.output().out == "x\n");
}
