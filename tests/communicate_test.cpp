// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <forklift/fork_lock.hpp>
#include <stdexcept>
#include <thread>

#include "support.hpp"

using forklift::Child, forklift::Command, forklift::ExitStatus, forklift::Fd, forklift::Input;
using forklift::Output, forklift::Sink, forklift::Stdio;
using namespace std::chrono_literals;

namespace {

Command shell(const std::string& script) { return Command("sh").args({"-c", script}); }

std::string read_all(int descriptor) {
  std::string all;
  char bytes[4096];
  for (ssize_t size; (size = ::read(descriptor, bytes, sizeof bytes)) > 0;) {
    all.append(bytes, static_cast<std::size_t>(size));
  }
  return all;
}

// Text that shows if a piece of it is lost, doubled or misplaced.
std::string numbers(std::size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i) text += std::to_string(i) + "\n";
  text.resize(size);
  return text;
}

Input endless() {
  static const std::string piece(10'000, 'x');
  return Input::from([] { return std::string_view(piece); });
}

bool is_default(int signal) {
  struct sigaction now {};
  return ::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_DFL;
}

bool is_alive(pid_t pid) { return ::kill(pid, 0) == 0; }

}  // namespace

TEST_CASE("input of any size goes through a program that answers at once") {
  for (const std::size_t size : {0UL, 1UL, 65536UL, 65537UL, 10'000'000UL}) {
    const std::string text = numbers(size);
    const Output output = Command("cat").output({.input = text});
    CHECK(output.status.success());
    CHECK(output.out == text);
    CHECK_FALSE(output.input_refused);
    CHECK_FALSE(output.out_truncated);
  }
}

TEST_CASE("both streams are read while input is fed") {
  const std::string text = numbers(10'000'000);
  const Output output = Command("tee").arg("/dev/stderr").output({.input = text});
  CHECK(output.out == text);
  CHECK(output.err == text);
}

TEST_CASE("input comes from a callback, a file, a borrowed text or a descriptor") {
  const std::string text = numbers(300'000);
  std::size_t given = 0;
  const auto next = [&] {
    const std::string_view piece = std::string_view(text).substr(given, 1000);
    given += piece.size();
    return piece;
  };
  CHECK(Command("cat").output({.input = Input::from(next)}).out == text);
  CHECK(Command("cat").output({.input = Input::borrowed(text)}).out == text);
  const Folder folder;
  const std::string path = folder.file("in", text);
  CHECK(Command("cat").output({.input = Input::file(path)}).out == text);
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  CHECK(Command("cat").output({.input = Input::descriptor(file.get())}).out == text);
  CHECK(::lseek(file.get(), 0, SEEK_CUR) == 300'000);
}

TEST_CASE("input from a pipe that another thread writes meanwhile arrives") {
  auto pipe = forklift::fork_exec_pipe();
  REQUIRE(pipe);
  const std::string text = numbers(1'000'000);
  std::thread writer([&] {
    for (std::size_t at = 0; at < text.size();) {
      const ssize_t size = ::write(pipe->writing.get(), text.data() + at, text.size() - at);
      if (size > 0) at += static_cast<std::size_t>(size);
    }
    pipe->writing.reset();
  });
  const Output output = Command("cat").output({.input = Input::descriptor(pipe->reading.get())});
  writer.join();
  CHECK(output.out == text);
}

TEST_CASE("input that never comes does not keep us when the child ends") {
  auto pipe = forklift::fork_exec_pipe();
  REQUIRE(pipe);
  const Output output = shell("exit 3").output({.input = Input::descriptor(pipe->reading.get())});
  CHECK(output.status.code() == 3);
  CHECK(output.input_refused);
}

TEST_CASE("a child that stops reading is no error, and nobody gets a SIGPIPE") {
  REQUIRE(is_default(SIGPIPE));  // one that arrived would end this test
  const Output some = shell("head -c 5").output({.input = endless()});
  CHECK(some.status.success());
  CHECK(some.out == "xxxxx");
  CHECK(some.input_refused);
  const Output none = shell("exec <&-; echo closed; exit 2").output({.input = endless()});
  CHECK(none.status.code() == 2);
  CHECK(none.out == "closed\n");
  CHECK(none.input_refused);
  sigset_t mask;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  CHECK(is_default(SIGPIPE));
  CHECK(::sigismember(&mask, SIGPIPE) == 0);
}

TEST_CASE("a SIGPIPE that was pending before stays pending") {
  sigset_t pipe, before, pending;
  ::sigemptyset(&pipe);
  ::sigaddset(&pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe, &before);
  ::pthread_kill(::pthread_self(), SIGPIPE);
  CHECK(shell("exit 0").output({.input = endless()}).status.success());
  ::sigpending(&pending);
  CHECK(::sigismember(&pending, SIGPIPE) == 1);
  const timespec at_once{};
  CHECK(::sigtimedwait(&pipe, nullptr, &at_once) == SIGPIPE);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST_CASE("a child already running can be communicated with") {
  Child child = Command("cat").in(Stdio::pipe()).out(Stdio::pipe()).spawn();
  const Output output = child.communicate({.input = "hello"});
  CHECK(output.status.success());
  CHECK(output.out == "hello");
  CHECK(child.try_wait()->success());
  CHECK_FALSE(child.in());
  CHECK_FALSE(child.out());
  const Output again = child.communicate({.input = "too late"});
  CHECK(again.status.success());
  CHECK(again.out.empty());
  CHECK(again.input_refused);
}

TEST_CASE("input for a stream that the command sets otherwise is refused") {
  const auto output = Command("cat").in(Stdio::null()).try_output({.input = "text"});
  REQUIRE_FALSE(output);
  CHECK(output.error().step() == forklift::Step::attribute);
  CHECK(Command("cat").in(Stdio::pipe()).output({.input = "text"}).out == "text");
}

TEST_CASE("a writer's error kills a `yes` child, and is told") {
  Child child = Command("yes").out(Stdio::pipe()).spawn();
  const pid_t pid = child.pid();
  CHECK_THROWS_AS(child.communicate({.out = Sink::file("/dev/full")}), std::system_error);
  CHECK_FALSE(is_alive(pid));
  CHECK(child.wait().signal() == SIGKILL);
}

TEST_CASE("what a callback throws passes through, and the child is killed and reaped") {
  const auto thrower = [](auto&&...) -> void { throw std::runtime_error("enough"); };
  CHECK_THROWS_WITH(Command("yes").output({.out = Sink::lines(thrower)}), "enough");
  CHECK_THROWS_WITH(Command("yes").output({.out = Sink::pieces(thrower)}), "enough");
  const auto broken = [](int good) {
    return Input::from([left = good]() mutable -> std::string_view {
      if (left-- == 0) throw std::runtime_error("no more");
      return "text";
    });
  };
  CHECK_THROWS_WITH(Command("cat").output({.input = broken(0)}), "no more");
  CHECK_THROWS_WITH(Command("cat").output({.input = broken(3)}), "no more");
  CHECK_THROWS_WITH(shell("printf unended").output({.out = Sink::lines(thrower)}), "enough");
  CHECK_THROWS_AS(Command("cat").output({.input = Input::descriptor(99'999)}), std::system_error);
}

TEST_CASE("an exception takes the whole tree along") {
  auto pipe = forklift::fork_exec_pipe();
  REQUIRE(pipe);
  Command command = shell("sleep 1000 & echo line; wait");
  command.process_group().descriptor(3, Stdio::descriptor(pipe->writing.get()));
  CHECK_THROWS(command.output({.out = Sink::lines([](auto&) { throw std::runtime_error(""); })}));
  pipe->writing.reset();
  CHECK(read_all(pipe->reading.get()).empty());  // ends when all copies are closed
}

TEST_CASE("the time limit reaches a tree that does not listen to SIGTERM") {
  auto pipe = forklift::fork_exec_pipe();
  REQUIRE(pipe);
  Command command = shell("trap '' TERM; (sleep 1000; :) & echo deaf; while :; do wait; done");
  command.process_group().descriptor(3, Stdio::descriptor(pipe->writing.get()));
  const Output output = within(
      [&](auto limit) { return command.output({.timeout = limit, .grace = 50ms, .drain = 1000s}); },
      [](const Output& made) { return !made.out.empty(); });
  CHECK(output.timed_out);
  CHECK_FALSE(output.drain_passed);
  CHECK(output.status.signal() == SIGKILL);
  CHECK(output.out == "deaf\n");
  pipe->writing.reset();
  CHECK(read_all(pipe->reading.get()).empty());
}

TEST_CASE("what outlives a child that was stopped in time goes with it") {
  Command command = shell("(trap '' TERM; echo there; sleep 1000; :) & wait");
  command.process_group();
  const Output output = within(
      [&](auto limit) {
        return command.output({.timeout = limit, .grace = 1000s, .drain = 1000s});
      },
      [](const Output& made) { return !made.out.empty(); });
  CHECK(output.timed_out);
  CHECK(output.status.signal() == SIGTERM);
  CHECK_FALSE(output.out_truncated);
}

TEST_CASE("the time limit holds while data flows without end") {
  std::size_t seen = 0;
  const auto count = [&](std::string_view piece) { seen += piece.size(); };
  const Output output = within(
      [&](auto limit) {
        return Command("cat").output(
            {.input = endless(), .out = Sink::pieces(count), .timeout = limit, .grace = 1000s});
      },
      [&](const Output&) { return seen > 0; });
  CHECK(output.timed_out);
  CHECK(output.status.signal() == SIGTERM);
  CHECK(output.input_refused);
  CHECK(seen > 0);
  const Output limited =
      within([](auto limit) { return Command("yes").output({.limit = 10, .timeout = limit}); },
             [](const Output& made) { return !made.out.empty(); });
  CHECK(limited.out.size() == 10);
}

TEST_CASE("a grandchild that holds a pipe is given up after the drain, and is told") {
  const Folder folder;
  REQUIRE(::mkfifo(folder.path("fifo").c_str(), 0600) == 0);
  const Output output = shell("echo begun; (read x < " + folder.path("fifo") + ") & exit 0")
                            .output({.input = endless(), .drain = 50ms});
  CHECK(output.status.success());
  CHECK(output.out == "begun\n");
  CHECK(output.drain_passed);
  CHECK(output.out_truncated);
  Fd(::open(folder.path("fifo").c_str(), O_WRONLY | O_CLOEXEC));  // releases it
}

TEST_CASE("many threads communicate at once") {
  const std::string text = numbers(200'000);
  const Command cat("cat");
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 5; ++round) wrong += cat.output({.input = text}).out != text;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}
