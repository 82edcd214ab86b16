// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/progress.hpp"

#include <fmt/core.h>

namespace watch {
namespace {

double seconds(std::chrono::steady_clock::duration span) {
  return std::chrono::duration<double>(span).count();
}

}  // namespace

Progress::Progress(const Header& header, std::optional<std::chrono::milliseconds> length)
    : target_(fmt::format("{} '{}' by {}", header.target.pid, header.target.name,
                          name(header.backend))),
      length_(length),
      begin_(std::chrono::steady_clock::now()) {}

void Progress::show(const Recording& recording) {
  if (!line_.shown()) return;
  const std::string until = length_ ? fmt::format(" of {:.0f}", seconds(*length_)) : "";
  line_.show(fmt::format("watching {}: {:.0f}{} s, {} calls, {} waits (Ctrl-C ends)", target_,
                         seconds(std::chrono::steady_clock::now() - begin_), until,
                         recording.calls.size(), recording.waits.size()));
}

}  // namespace watch
