// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Where operations run, what they allocate, and what happens to them when their
// io_context or executor goes.

#include <signal.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "../fifo.hpp"
#include "here.hpp"

using forklift::async_communicate, forklift::async_output, forklift::async_pipeline;
using forklift::async_spawn, forklift::async_wait;
using forklift::Child, forklift::Command, forklift::ExitStatus, forklift::LaunchError;
using forklift::LaunchLimiter, forklift::Output, forklift::OutputOptions, forklift::PipelineOutput;
using forklift::RunningPipeline, forklift::Sink, forklift::Stdio, forklift::Step;
using namespace std::chrono_literals;

namespace {

// Counts bytes allocated and not yet freed.
template <class T>
struct Counting {
  using value_type = T;
  explicit Counting(int* live) : live_(live) {}
  template <class U>
  Counting(const Counting<U>& other) : live_(other.live_) {}
  T* allocate(std::size_t count) {
    ++*live_;
    return std::allocator<T>().allocate(count);
  }
  void deallocate(T* memory, std::size_t count) {
    --*live_;
    std::allocator<T>().deallocate(memory, count);
  }
  template <class U>
  bool operator==(const Counting<U>& other) const {
    return live_ == other.live_;
  }
  int* live_;
};

// A child that dies slowly on a busy machine is reaped by a later launch.
std::size_t children_once_reaped(std::size_t expected) {
  const auto until = std::chrono::steady_clock::now() + 10s;
  while (children().size() > expected && std::chrono::steady_clock::now() < until) {
    Command("true").run();
  }
  return children().size();
}

}  // namespace

TEST_CASE("the loop goes on while a launch stands still, and the launch while others come") {
  const Fifo fifo;
  asio::io_context context;
  Given<Child> stood;
  async_spawn(context, stuck(fifo), stood.taker());
  for (int i = 0; i < 10; ++i) {
    Given<Output> given;
    async_output(context, Command("echo").arg("x"), given.taker());
    while (given.times == 0) REQUIRE(context.run_one() > 0);
    CHECK(given.take().out == "x\n");
  }
  CHECK(stood.times == 0);
  const forklift::Fd writer(::open(fifo.path().c_str(), O_WRONLY | O_CLOEXEC));
  run(context);
  CHECK(stood.take().pid() > 0);
}

TEST_CASE("a launch deadline holds without a thread that waits for it") {
  const Fifo fifo;
  asio::io_context context;
  Given<Child> given;
  async_spawn(context, stuck(fifo).launch_deadline(50ms), given.taker());
  run(context);
  try {
    given.take();
    FAIL("the launch did not fail");
  } catch (const LaunchError& error) {
    CHECK(error.step() == Step::deadline);
  }
  CHECK(children().empty());
}

TEST_CASE("handlers run on their executor, callbacks of sinks too") {
  asio::io_context context;
  auto strand = asio::make_strand(context.get_executor());
  bool piece_there = false;
  bool handler_there = false;
  const OutputOptions options{
      .out = Sink::pieces([&](auto) { piece_there = strand.running_in_this_thread(); })};
  async_output(context, Command("echo").arg("x"), options,
               asio::bind_executor(strand, [&](std::exception_ptr, Output) {
                 handler_there = strand.running_in_this_thread();
               }));
  run(context);
  CHECK(piece_there);
  CHECK(handler_there);
}

TEST_CASE("an operation's memory is its handler's, and is back before the handler is called") {
  asio::io_context context;
  int live = 0;
  int during = -1;
  async_output(context, Command("echo").arg("x"),
               asio::bind_allocator(Counting<char>(&live),
                                    [&](std::exception_ptr, Output) { during = live; }));
  CHECK(live > 0);
  run(context);
  CHECK(during == 0);
}

TEST_CASE("pipes are read and written as Asio's") {
  asio::io_context context;
  const auto body = [&]() -> asio::awaitable<void> {
    const Command cat = Command("cat").in(Stdio::pipe()).out(Stdio::pipe());
    Child child = co_await async_spawn(context, cat, asio::use_awaitable);
    auto in = forklift::writable_pipe(context, std::move(child.in()));
    auto out = forklift::readable_pipe(context, std::move(child.out()));
    const std::string text(200000, 'x');
    asio::co_spawn(
        context,
        [&]() -> asio::awaitable<void> {
          co_await asio::async_write(in, asio::buffer(text), asio::use_awaitable);
          in.close();
        },
        asio::detached);
    std::string read(text.size(), ' ');
    co_await asio::async_read(out, asio::buffer(read), asio::use_awaitable);
    CHECK(read == text);
    const ExitStatus status = co_await async_wait(context, child, asio::use_awaitable);
    CHECK(status.success());
  };
  asio::co_spawn(context, body(), asio::detached);
  run(context);
}

TEST_CASE("no thread is started and SIGCHLD is left alone") {
  struct sigaction before {};
  ::sigaction(SIGCHLD, nullptr, &before);
  const std::size_t threads = thread_count();
  std::size_t during = 0;
  asio::io_context context;
  const OutputOptions options{.out = Sink::pieces([&](auto) { during = thread_count(); })};
  Given<Output> given;
  async_output(context, Command("echo").arg("x"), options, given.taker());
  run(context);
  struct sigaction after {};
  ::sigaction(SIGCHLD, nullptr, &after);
  CHECK(during == threads);
  CHECK((after.sa_handler == before.sa_handler));
}

TEST_CASE("an io_context that goes takes what is pending along") {
  const Fifo fifo;
  for (int turns = 0; turns < 6; ++turns) {
    Given<Output> output;
    Given<PipelineOutput> piped;
    Given<Child> launch;
    Given<ExitStatus> wait;
    Given<LaunchLimiter::Permit> permit;
    Child child = Command("sleep").arg("1000").spawn();
    {
      asio::io_context context;
      LaunchLimiter limiter(context, 1);
      async_output(context, Command("yes"), OutputOptions{.limit = 10}, output.taker());
      async_output(context, Command("yes") | Command("cat"), OutputOptions{.limit = 10},
                   piped.taker());
      async_spawn(context, stuck(fifo), launch.taker());
      async_wait(context, child, wait.taker());
      limiter.async_acquire(permit.taker());
      limiter.async_acquire(permit.taker());
      for (int i = 0; i < turns; ++i) context.run_one();
    }
    CHECK(output.times + piped.times + launch.times + wait.times == 0);
    CHECK(children_once_reaped(1) == 1);
    CHECK(child.stop(10s).signal() == SIGTERM);
  }
}

TEST_CASE("a cancellation after an io_context is gone does nothing") {
  asio::cancellation_signal signal;
  Given<Output> given;
  {
    asio::io_context context;
    async_output(context, Command("sleep").arg("1000"),
                 asio::bind_cancellation_slot(signal.slot(), given.taker()));
    context.poll();
  }
  signal.emit(asio::cancellation_type::terminal);
  CHECK(given.times == 0);
}

TEST_CASE("a child launched in one io_context is waited for in another") {
  asio::io_context first, second;
  Given<Child> spawned;
  async_spawn(first, Command("sh").args({"-c", "exit 4"}), spawned.taker());
  run(first);
  Child child = spawned.take();
  Given<ExitStatus> waited;
  async_wait(second, child, waited.taker());
  run(second);
  CHECK(waited.take().code() == 4);
}

TEST_CASE("many threads in one io_context, and one operation each in many strands") {
  asio::thread_pool pool(3);
  std::atomic<int> good{0};
  for (int i = 0; i < 14; ++i) {
    const std::string word = "word " + std::to_string(i);
    const OutputOptions options{.input = word};
    async_output(pool, Command("cat"), options, [&good, word](std::exception_ptr, Output output) {
      if (output.out == word && output.status.success()) ++good;
    });
  }
  pool.join();
  CHECK(good == 14);
}

TEST_CASE("both halves of a program that forks itself go on with their io_context") {
  asio::io_context context;
  Child child = Command("sh").args({"-c", "read line; exit 6"}).in(Stdio::pipe()).spawn();
  Given<ExitStatus> waited;
  async_wait(context, child, waited.taker());
  context.poll();
  context.notify_fork(asio::io_context::fork_prepare);
  const pid_t half = ::fork();
  if (half == 0) {
    context.notify_fork(asio::io_context::fork_child);
    Given<Output> given;
    async_output(context, Command("echo").arg("x"), given.taker());
    while (given.times == 0) context.run_one();
    ::_exit(given.take().out == "x\n" ? 0 : 1);
  }
  context.notify_fork(asio::io_context::fork_parent);
  int status = -1;
  REQUIRE(::waitpid(half, &status, 0) == half);
  CHECK(status == 0);
  CHECK(waited.times == 0);
  child.in().reset();
  run(context);
  CHECK(waited.take().code() == 6);
}

TEST_CASE("without descriptors a launch fails in its handler, and the next one works") {
  asio::io_context context;
  asio::steady_timer opens_what_the_context_needs(context, 0ms);
  opens_what_the_context_needs.async_wait([](auto) {});
  run(context);
  Given<Output> given;
  {
    const NoDescriptors none;
    async_output(context, Command("echo"), given.taker());
    CHECK(given.times == 0);
    run(context);
  }
  CHECK_THROWS_AS(given.take(), LaunchError);
  Given<Output> next;
  async_output(context, Command("echo"), next.taker());
  run(context);
  CHECK(next.take().out == "\n");
}

TEST_CASE("what no io_context can wait for is read all the same") {
  const Folder folder;
  const std::string text(300000, 'y');
  const forklift::Fd file(::open(folder.file("input", text).c_str(), O_RDONLY | O_CLOEXEC));
  asio::io_context context;
  const OutputOptions options{.input = forklift::Input::descriptor(file.get())};
  Given<Output> given;
  async_output(context, Command("cat"), options, given.taker());
  run(context);
  CHECK(given.take().out == text);
}

TEST_CASE("a descriptor of the caller's is read without a change of its flags") {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const forklift::Fd reading(ends[0]);
  forklift::Fd writing(ends[1]);
  const int flags = ::fcntl(reading.get(), F_GETFL);
  int during = -1;
  asio::io_context context;
  const OutputOptions options{
      .input = forklift::Input::descriptor(reading.get()),
      .out = Sink::pieces([&](auto) { during = ::fcntl(reading.get(), F_GETFL); })};
  Given<Output> given;
  async_output(context, Command("cat"), options, given.taker());
  CHECK(::write(writing.get(), "x", 1) == 1);
  while (during < 0) REQUIRE(context.run_one() > 0);
  CHECK(during == flags);
  writing.reset();
  run(context);
  CHECK(given.take().status.success());
}
