// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Cancellation, at every stage that an operation can be in.

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include <random>

#include "../fifo.hpp"
#include "here.hpp"

using forklift::async_communicate, forklift::async_output, forklift::async_pipeline;
using forklift::async_spawn, forklift::async_wait;
using forklift::Child, forklift::Command, forklift::ExitStatus, forklift::LaunchError;
using forklift::Output, forklift::OutputOptions, forklift::Pipeline, forklift::PipelineOutput;
using forklift::RunningPipeline, forklift::Sink, forklift::Stdio;
using namespace std::chrono_literals;
using Type = asio::cancellation_type;

namespace {

struct Meaning {
  Type type;
  int signal;
};
const Meaning meanings[] = {{Type::total, SIGINT},
                            {Type::partial, SIGTERM},
                            {Type::terminal, SIGKILL},
                            {Type::all, SIGKILL}};

template <class Handler>
auto in_slot(asio::cancellation_signal& signal, Handler handler) {
  return asio::bind_cancellation_slot(signal.slot(), std::move(handler));
}

// Whether the operation ended as a cancelled one.
template <class Result>
bool is_cancelled(const Given<Result>& given) {
  try {
    if (given.error) std::rethrow_exception(given.error);
  } catch (const LaunchError& error) {
    return error.code() == std::errc::operation_canceled;
  }
  return false;
}

void turn_until(asio::io_context& context, const bool& done) {
  while (!done) REQUIRE(context.run_one() > 0);
}

Command sleeper() { return Command("sh").args({"-c", "echo begun; exec sleep 1000"}); }

}  // namespace

TEST_CASE("a launch that stands still is given up by any cancellation") {
  for (const Meaning& meaning : meanings) {
    const Fifo fifo;
    asio::io_context context;
    asio::cancellation_signal signal;
    Given<Child> spawned;
    async_spawn(context, stuck(fifo).out(Stdio::pipe()), in_slot(signal, spawned.taker()));
    context.poll();
    CHECK(spawned.times == 0);
    signal.emit(meaning.type);
    run(context);
    CHECK(spawned.times == 1);
    CHECK(is_cancelled(spawned));
    CHECK(children().empty());
  }
}

TEST_CASE("cancelled right after it began, a launch is given up or already done") {
  int cancelled = 0;
  // On a busy machine a child may often be done before the launch is cancelled.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  for (int i = 0; i < 20 || (cancelled == 0 && std::chrono::steady_clock::now() < end); ++i) {
    asio::io_context context;
    asio::cancellation_signal first, second;
    Given<Child> spawned;
    Given<RunningPipeline> piped;
    async_spawn(context, Command("true"), in_slot(first, spawned.taker()));
    first.emit(Type::terminal);
    async_pipeline(context, Command("yes") | Command("true"), in_slot(second, piped.taker()));
    second.emit(Type::total);
    run(context);
    CHECK(spawned.times == 1);
    CHECK(piped.times == 1);
    cancelled += is_cancelled(spawned) + is_cancelled(piped);
    if (!is_cancelled(spawned)) CHECK(spawned.take().pid() > 0);
    if (!is_cancelled(piped)) CHECK(piped.take().stages().size() == 2);
    CHECK(children().empty());
  }
  CHECK(cancelled > 0);
}

TEST_CASE("what is emitted before an operation begins does not concern it") {
  asio::io_context context;
  asio::cancellation_signal signal;
  signal.emit(Type::terminal);
  Given<Output> given;
  async_output(context, Command("echo").arg("x"), in_slot(signal, given.taker()));
  run(context);
  CHECK(given.take().out == "x\n");
}

TEST_CASE("a running program gets the signal that the cancellation stands for") {
  for (const Meaning& meaning : meanings) {
    asio::io_context context;
    asio::cancellation_signal signal;
    Child child = Command("sleep").arg("1000").spawn();
    Given<ExitStatus> waited;
    async_wait(context, child, in_slot(signal, waited.taker()));
    context.poll();
    signal.emit(meaning.type);
    run(context);
    CHECK(waited.take().signal() == meaning.signal);
  }
}

TEST_CASE("a stopped program hears the signal that the cancellation stands for") {
  for (const Meaning& meaning : meanings) {
    asio::io_context context;
    asio::cancellation_signal signal;
    Child child = Command("sh").args({"-c", "kill -STOP $$; sleep 1000"}).spawn();
    siginfo_t info{};
    REQUIRE(::waitid(P_PID, static_cast<id_t>(child.pid()), &info, WSTOPPED | WNOWAIT) == 0);
    Given<ExitStatus> waited;
    async_wait(context, child, in_slot(signal, waited.taker()));
    context.poll();
    signal.emit(meaning.type);
    if (context.run_for(30s); waited.times == 0) child.kill(SIGKILL);
    run(context);
    CHECK(waited.take().signal() == meaning.signal);
  }
}

TEST_CASE("output that is cancelled has what the program wrote, and how it ended") {
  for (const Meaning& meaning : meanings) {
    asio::io_context context;
    asio::cancellation_signal signal;
    bool begun = false;
    std::string text;
    const OutputOptions options{.out = Sink::pieces([&](std::string_view piece) {
                                  begun = true;
                                  text += piece;
                                })};
    Given<Output> given;
    async_output(context, sleeper(), options, in_slot(signal, given.taker()));
    turn_until(context, begun);
    signal.emit(meaning.type);
    run(context);
    const Output output = given.take();
    CHECK(output.status.signal() == meaning.signal);
    CHECK(text == "begun\n");
  }
}

TEST_CASE("every stage of a pipeline gets the signal") {
  asio::io_context context;
  asio::cancellation_signal signal;
  Given<PipelineOutput> given;
  async_output(context, Command("sleep").arg("1000") | Command("sleep").arg("1000"),
               in_slot(signal, given.taker()));
  asio::steady_timer timer(context, 20ms);
  timer.async_wait([&](auto) { signal.emit(Type::partial); });
  run(context);
  if (is_cancelled(given)) return;  // it was still being launched
  for (const auto& stage : given.take().status.stages) CHECK(stage.signal() == SIGTERM);
}

TEST_CASE("what a grandchild holds after the end is given up") {
  const Fifo fifo;
  asio::io_context context;
  asio::cancellation_signal signal;
  const OutputOptions options{.drain = 1000s};
  Given<Output> given;
  async_output(context, Command("sh").args({"-c", "cat < " + fifo.path() + " & echo begun"}),
               options, in_slot(signal, given.taker()));
  const auto have_gone = [] { return children().empty(); };
  while (!have_gone() || given.times > 0) REQUIRE(context.run_one() > 0);
  signal.emit(Type::terminal);
  run(context);
  const Output output = given.take();
  CHECK(output.out == "begun\n");
  CHECK(output.drain_passed);
  // Waits for the grandchild, and lets it end.
  const forklift::Fd writer(::open(fifo.path().c_str(), O_WRONLY | O_CLOEXEC));
}

TEST_CASE("a program that has ended and is not reaped yet keeps its status") {
  asio::io_context context;
  asio::cancellation_signal signal;
  Child child = Command("sh").args({"-c", "exit 5"}).out(Stdio::pipe()).spawn();
  char byte = 0;
  CHECK(::read(child.out().get(), &byte, 1) == 0);
  if (child.pidfd() >= 0) {
    pollfd end{child.pidfd(), POLLIN, 0};
    ::poll(&end, 1, -1);
  }
  Given<ExitStatus> waited;
  async_wait(context, child, in_slot(signal, waited.taker()));
  signal.emit(Type::terminal);
  run(context);
  const ExitStatus status = waited.take();
  CHECK((status.code() == 5 || child.pidfd() < 0));
}

TEST_CASE("a cancellation after the end does nothing") {
  asio::io_context context;
  asio::cancellation_signal signal;
  Given<Output> given;
  async_output(context, Command("true"), in_slot(signal, given.taker()));
  run(context);
  signal.emit(Type::terminal);
  run(context);
  CHECK(given.times == 1);
  CHECK(given.take().status.success());
}

TEST_CASE("whichever comes first wins: a coroutine with a deadline") {
  using namespace asio::experimental::awaitable_operators;
  asio::io_context context;
  bool late = false;
  const auto body = [&]() -> asio::awaitable<void> {
    asio::steady_timer timer(context, 50ms);
    Child child = co_await async_spawn(context, Command("sleep").arg("1000"), asio::use_awaitable);
    const auto first = co_await (async_wait(context, child, asio::use_awaitable) ||
                                 timer.async_wait(asio::use_awaitable));
    late = first.index() == 1;
    CHECK(child.try_wait()->signal() == SIGKILL);
  };
  asio::co_spawn(context, body(), asio::detached);
  run(context);
  CHECK(late);
}

TEST_CASE("cancelled at any moment in any way, an operation ends once and leaves nothing") {
  std::mt19937 random(20261124);
  const auto up_to = [&](int most) { return std::uniform_int_distribution<>(0, most)(random); };
  const auto script = std::string("echo x; sleep 0.00") + std::to_string(up_to(9)) + "; echo y";
  int cancelled = 0;
  for (int round = 0; round < 150; ++round) {
    asio::io_context context;
    asio::cancellation_signal signal;
    Given<Output> output;
    Given<PipelineOutput> piped;
    Given<Child> spawned;
    const Command command = Command("sh").args({"-c", script});
    const OutputOptions options{.input = "z", .grace = 1ms};
    switch (round % 3) {
      case 0: async_output(context, command, options, in_slot(signal, output.taker())); break;
      case 1:
        async_output(context, command | Command("cat"), in_slot(signal, piped.taker()));
        break;
      default: async_spawn(context, command, in_slot(signal, spawned.taker()));
    }
    asio::steady_timer timer(context, std::chrono::microseconds(up_to(4000)));
    const Type type = meanings[up_to(3)].type;
    timer.async_wait([&](auto) { signal.emit(type); });
    run(context);
    CHECK(output.times + piped.times + spawned.times == 1);
    cancelled += is_cancelled(output) || is_cancelled(piped) || is_cancelled(spawned);
    spawned.value.reset();
    CHECK(children().empty());
  }
  MESSAGE(cancelled << " of 150 were cancelled before exec");
}
