// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/core.h>

#include <string_view>
#include <utility>

/// All output of the command: its result to standard output, messages about it
/// to standard error.
///
/// A failed write changes only the exit status: no signal is raised (SIGPIPE,
/// SIGXFSZ), nothing is thrown, and the work continues. A lost result makes the
/// command fail at its end (`conclude`); lost messages on standard error are
/// ignored.
/// Threads: any; a text of up to 4096 bytes stays together in a pipe.
namespace output {

/// Occupies the numbers of closed standard streams: otherwise the next opened
/// file would get the number, and then the output meant for the stream. Reads
/// and writes of them fail as before.
///
/// Requires: called first in `main`.
void hold_closed_streams() noexcept;
/// Whether standard stream 0, 1 or 2 was closed then.
bool is_held(int stream) noexcept;

/// Writes the whole text; waits where a non-blocking file is full.
///
/// Errors: returns the errno of the write that failed, or 0.
int write_all(int descriptor, std::string_view text) noexcept;

/// A part of the result. After the first lost one, nothing is written.
void print(std::string_view text) noexcept;
template <class First, class... Rest>
void print(fmt::format_string<First, Rest...> format, First&& first, Rest&&... rest) {
  print(std::string_view(
      fmt::format(format, std::forward<First>(first), std::forward<Rest>(rest)...)));
}

/// Messages about the result.
void say(std::string_view text) noexcept;
template <class First, class... Rest>
void say(fmt::format_string<First, Rest...> format, First&& first, Rest&&... rest) {
  say(std::string_view(
      fmt::format(format, std::forward<First>(first), std::forward<Rest>(rest)...)));
}

/// The same without blocking, for callers that must keep watching: does not
/// wait for a reader or a terminal, and is not stopped by one. Drops what would
/// block, and the end of a text longer than 4096 bytes.
void say_at_once(std::string_view text) noexcept;

/// The error that lost a part of the result, or 0.
int lost() noexcept;

/// The exit status: `failure` instead of 0 if the result was lost, with a
/// message unless its reader has gone (EPIPE).
int conclude(int status, int failure) noexcept;

}  // namespace output
