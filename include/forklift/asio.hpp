// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Launches, waits and communications as asynchronous operations of Asio,
// standalone or Boost's: with callbacks, futures, coroutines or any other
// completion token. The thread that calls or that runs the io_context is never
// suspended, no thread is started and no signal handler installed: exec is
// learned from a pipe end that only the child holds, the end from its pidfd.
// (Where the kernel has no pidfds, one thread of the library waits for the ends
// of all children; `capabilities()` says so.)
//
// For every operation here:
//
// Results: `std::exception_ptr`, null if all went well, and the value; so tokens
// that throw do throw a `LaunchError` with step and subject. A program that
// fails is a result, not an error.
//
// Cancels: by the cancellation slot of the completion handler. A program that
// runs is sent a signal, with its tree if it leads a group or cgroup of its own:
// `total` SIGINT, `partial` SIGTERM, `terminal` SIGKILL; of several requests,
// the strongest. The operation continues and completes with its value when the
// program ends: after SIGKILL at once, after the others if it obeys. Each of
// them abandons a launch that is not done yet: its child is killed and reaped,
// then the operation completes with a `LaunchError` whose code is ECANCELED.
// What is left in a pipe after the end is abandoned likewise.
//
// Threads: distinct objects are independent. An operation works in one strand
// of its completion handler's associated executor (the given executor if it has
// none), callbacks of sinks and inputs with it. Its own memory comes from the
// associated allocator, and is freed before the handler is called.
// A slot may be emitted from any thread.
//
// An io_context that is destroyed with operations pending destroys them: launches
// and the children that they own are killed and reaped.

#pragma once

#include <forklift/asio/initiate.hpp>
#include <forklift/asio/launch_limiter.hpp>
#include <forklift/asio/pipe.hpp>
#include <forklift/child.hpp>
#include <forklift/command.hpp>
#include <forklift/operation.hpp>
#include <forklift/output.hpp>
#include <forklift/pipeline.hpp>
#include <utility>

namespace forklift::inline FORKLIFT_WHICH_ASIO {
/// Launches a program; completes when it runs or has failed to, with
/// `void(std::exception_ptr, Child)`. Destroying the child kills it.
///
/// Requires: descriptors that the command borrows stay open until then.
/// Errors: as `Command::spawn`.
/// Cancels: the launch.
/// Cost: the call takes about as long as `Command::start`.
template <class Ex, class Token>
auto async_spawn(Ex&& executor, Command command, Token&& token) {
  return initiate_throwing<Child>(executor_of(executor), std::forward<Token>(token),
                                  [command = std::move(command)] { return begin_spawn(command); });
}

/// The same with `void(std::expected<Child, LaunchError>)`.
///
/// Cancels: the launch.
template <class Ex, class Token>
auto async_try_spawn(Ex&& executor, Command command, Token&& token) {
  return initiate<Expecting, Child>(
      executor_of(executor), std::forward<Token>(token),
      [command = std::move(command)] { return begin_spawn(command); });
}

/// Waits for the end; completes with `void(std::exception_ptr, ExitStatus)`.
///
/// Leaves `child.in()` open: a program that reads until end of file waits until
/// the owner closes it.
/// Requires: `child` is not moved, and no other code waits for it.
/// Errors: none. Cancels: by a signal to the program.
template <class Ex, class Token>
auto async_wait(Ex&& executor, Child& child, Token&& token) {
  return initiate_throwing<ExitStatus>(executor_of(executor), std::forward<Token>(token),
                                       [&child] { return begin_wait(child); });
}

/// Launches, writes input and captures as `Command::output`; completes with
/// `void(std::exception_ptr, Output)`.
///
/// Errors: as `Command::output`. Cancels: the launch; later by a signal to the
/// program, and what was captured so far is the value.
template <class Ex, class Token>
auto async_output(Ex&& executor, Command command, OutputOptions options, Token&& token) {
  return initiate_throwing<Output>(
      executor_of(executor), std::forward<Token>(token),
      [command = std::move(command), options = std::move(options)]() mutable {
        return begin_output(command, std::move(options));
      });
}
template <class Ex, class Token>
auto async_output(Ex&& executor, Command command, Token&& token) {
  return async_output(executor, std::move(command), OutputOptions{}, std::forward<Token>(token));
}

/// Writes to a child and reads its output until it has ended, as
/// `Child::communicate`; completes with `void(std::exception_ptr, Output)`.
///
/// Requires: as `async_wait`. Errors: as `Child::communicate`. Cancels: by a
/// signal to the program.
template <class Ex, class Token>
auto async_communicate(Ex&& executor, Child& child, OutputOptions options, Token&& token) {
  return initiate_throwing<Output>(executor_of(executor), std::forward<Token>(token),
                                   [&child, options = std::move(options)]() mutable {
                                     return begin_communicate(child, std::move(options));
                                   });
}

/// Launches all stages or none, as `Pipeline::spawn`; completes with
/// `void(std::exception_ptr, RunningPipeline)`.
///
/// Cancels: the launches; stages that run already are killed.
template <class Ex, class Token>
auto async_pipeline(Ex&& executor, Pipeline pipeline, Token&& token) {
  return initiate_throwing<RunningPipeline>(
      executor_of(executor), std::forward<Token>(token),
      [pipeline = std::move(pipeline)] { return begin_spawn(pipeline); });
}

/// Waits for the end of all stages; completes with
/// `void(std::exception_ptr, PipelineStatus)`.
///
/// Requires, Cancels: as for a child, for all stages.
template <class Ex, class Token>
auto async_wait(Ex&& executor, RunningPipeline& pipeline, Token&& token) {
  return initiate_throwing<PipelineStatus>(executor_of(executor), std::forward<Token>(token),
                                           [&pipeline] { return begin_wait(pipeline); });
}

/// As `Pipeline::output`; completes with `void(std::exception_ptr, PipelineOutput)`.
///
/// Cancels: the launches; later by a signal to all stages.
template <class Ex, class Token>
auto async_output(Ex&& executor, Pipeline pipeline, OutputOptions options, Token&& token) {
  return initiate_throwing<PipelineOutput>(
      executor_of(executor), std::forward<Token>(token),
      [pipeline = std::move(pipeline), options = std::move(options)]() mutable {
        return begin_output(pipeline, std::move(options));
      });
}
template <class Ex, class Token>
auto async_output(Ex&& executor, Pipeline pipeline, Token&& token) {
  return async_output(executor, std::move(pipeline), OutputOptions{}, std::forward<Token>(token));
}

/// As `RunningPipeline::communicate`; completes with
/// `void(std::exception_ptr, PipelineOutput)`.
///
/// Requires, Cancels: as for a child, for all stages.
template <class Ex, class Token>
auto async_communicate(Ex&& executor, RunningPipeline& pipeline, OutputOptions options,
                       Token&& token) {
  return initiate_throwing<PipelineOutput>(executor_of(executor), std::forward<Token>(token),
                                           [&pipeline, options = std::move(options)]() mutable {
                                             return begin_communicate(pipeline, std::move(options));
                                           });
}
}  // namespace forklift::inline FORKLIFT_WHICH_ASIO
