// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/progress.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include "output.hpp"

namespace watch {
namespace {

double seconds(std::chrono::steady_clock::duration span) {
  return std::chrono::duration<double>(span).count();
}

// Returns to the beginning of the line and clears it.
constexpr const char* anew = "\r\x1b[K";

}  // namespace

Progress::Progress(const Header& header, std::optional<std::chrono::milliseconds> length)
    : shown_(::isatty(STDERR_FILENO) == 1),
      target_(fmt::format("{} '{}' by {}", header.target.pid, header.target.name,
                          name(header.backend))),
      length_(length),
      begin_(std::chrono::steady_clock::now()) {}

Progress::~Progress() {
  if (shown_) output::say("{}", anew);
}

void Progress::show(const Recording& recording) {
  if (!shown_) return;
  const std::string until = length_ ? fmt::format(" of {:.0f}", seconds(*length_)) : "";
  output::say("{}watching {}: {:.0f}{} s, {} calls, {} waits (Ctrl-C ends)", anew, target_,
              seconds(std::chrono::steady_clock::now() - begin_), until, recording.calls.size(),
              recording.waits.size());
}

}  // namespace watch
