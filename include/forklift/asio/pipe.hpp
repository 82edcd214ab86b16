// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <forklift/asio/initiate.hpp>
#include <forklift/fd.hpp>

namespace forklift::inline FORKLIFT_WHICH_ASIO {
/// Our end of a pipe that a child writes, for `async_read_some` and the like:
/// `readable_pipe(executor, std::move(child.out()))`. It becomes non-blocking;
/// the child's end does not change.
///
/// Errors: the system_error of Asio, as for an empty descriptor.
template <class Ex>
aio::readable_pipe readable_pipe(Ex&& executor, Fd end) {
  aio::readable_pipe pipe(executor_of(executor));
  pipe.assign(end.get());
  [[maybe_unused]] const int its_own_now = end.release();
  return pipe;
}

/// Our end of a pipe that a child reads. Close it to end the child's input.
template <class Ex>
aio::writable_pipe writable_pipe(Ex&& executor, Fd end) {
  aio::writable_pipe pipe(executor_of(executor));
  pipe.assign(end.get());
  [[maybe_unused]] const int its_own_now = end.release();
  return pipe;
}
}  // namespace forklift::inline FORKLIFT_WHICH_ASIO
