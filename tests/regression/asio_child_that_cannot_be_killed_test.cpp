// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Asio's operations on a child that had become another user were pending until it
// ended by itself.

#include "../asio/here.hpp"
#include "../becomes_root.hpp"

using forklift::Child, forklift::ExitStatus, forklift::Output;
using namespace std::chrono_literals;

namespace {

bool is_left(const ExitStatus& status) {
  return status.still_running() && status.refusal() == EPERM;
}

}  // namespace

TEST_CASE("a terminal cancellation completes when the child cannot be killed") {
  check_as_nobody([](const BecomesRoot& program) {
    Child child = program.spawn();
    asio::io_context context;
    asio::cancellation_signal signal;
    Given<ExitStatus> waited;
    forklift::async_wait(context, child,
                         asio::bind_cancellation_slot(signal.slot(), waited.taker()));
    context.poll();
    if (waited.times != 0) return false;
    signal.emit(asio::cancellation_type::terminal);
    run(context);
    return waited.times == 1 && is_left(waited.take()) && runs(child.pid());
  });
}

TEST_CASE("a time limit completes async_communicate when the child cannot be killed") {
  check_as_nobody([](const BecomesRoot& program) {
    Child child = program.spawn();
    asio::io_context context;
    Given<Output> spoken;
    forklift::async_communicate(context, child, {.timeout = 0ns, .grace = 0ns}, spoken.taker());
    run(context);
    const Output output = spoken.take();
    return output.timed_out && is_left(output.status) && runs(child.pid());
  });
}
