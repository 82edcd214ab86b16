// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/core.h>

#include <string_view>
#include <utility>

/// All that the command writes to its standard streams: its result to standard
/// output, words about it to standard error.
///
/// What cannot be written changes nothing but the exit status: no signal is
/// raised (SIGPIPE, SIGXFSZ), nothing is thrown, and the work goes on. A lost
/// result makes the command fail at its end (`conclude`); lost words on standard
/// error are lost.
/// Threads: any; a text of up to 4096 bytes stays together in a pipe.
namespace output {

/// Keeps the numbers of standard streams that are closed: the next file that is
/// opened would get the number, and then the words meant for the stream. Reads and
/// writes of them fail as before.
///
/// Requires: called first in `main`.
void hold_closed_streams() noexcept;
/// Whether standard stream 0, 1 or 2 was closed then.
bool is_held(int stream) noexcept;

/// Writes the whole text; waits where a non-blocking file is full.
///
/// Errors: returns the errno of the write that failed, or 0.
int write_all(int descriptor, std::string_view text) noexcept;

/// A part of the result. After the first one that is lost, nothing is written.
void print(std::string_view text) noexcept;
template <class First, class... Rest>
void print(fmt::format_string<First, Rest...> format, First&& first, Rest&&... rest) {
  print(std::string_view(
      fmt::format(format, std::forward<First>(first), std::forward<Rest>(rest)...)));
}

/// Words about the result.
void say(std::string_view text) noexcept;
template <class First, class... Rest>
void say(fmt::format_string<First, Rest...> format, First&& first, Rest&&... rest) {
  say(std::string_view(
      fmt::format(format, std::forward<First>(first), std::forward<Rest>(rest)...)));
}

/// The same, for those who have something to watch meanwhile: does not wait for
/// a reader or a terminal, nor is it stopped by one. What would have to wait is
/// dropped, and the end of a text that is longer than 4096 bytes.
void say_at_once(std::string_view text) noexcept;

/// The error by which a part of the result was lost, or 0.
int lost() noexcept;

/// The exit status: `failure` in place of 0 if the result was lost, which is
/// said, unless its reader has gone (EPIPE).
int conclude(int status, int failure) noexcept;

}  // namespace output
