// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "run/run.hpp"

#include <errno.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <forklift/fd.hpp>
#include <system_error>

#include "run/option.hpp"
#include "run/outcome.hpp"
#include "run/request.hpp"

namespace run {
namespace {

int explain(const Request& request) {
  const std::string text = request.command.explain();
  if (text.starts_with("cannot launch")) {
    fmt::print(stderr, "forklift: {}\n", text);
    return exit_failure;
  }
  fmt::print("{}", text);
  return 0;
}

// Opened before the launch: afterwards it would be too late to say no.
forklift::Fd open_stats(const Telling& telling) {
  if (telling.stats == Telling::Stats::none || telling.stats_file.empty()) return {};
  const char* const path = telling.stats_file.c_str();
  forklift::Fd file(::open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!file) {
    const std::string reason = std::generic_category().message(errno);
    throw BadUse(fmt::format("--stats-file '{}': {}", path, reason));
  }
  return file;
}

void write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(descriptor, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(put));
  }
}

void tell(const Request& request, const Outcome& outcome, const forklift::Fd& file) {
  if (outcome.failure && !request.telling.quiet) {
    fmt::print(stderr, "forklift: {}\n", outcome.failure->what());
  }
  if (outcome.status && outcome.status->lost() && !request.telling.quiet) {
    fmt::print(stderr, "forklift: '{}' ended, and nobody can tell how\n", request.argv.front());
  }
  if (request.telling.stats == Telling::Stats::none) return;
  write_all(file ? file.get() : STDERR_FILENO, print_stats(request, outcome));
}

// What we open ourselves would land on a standard stream that our caller closed,
// and the program would inherit that.
void fill_standard_numbers() {
  for (const int number : {0, 1, 2}) {
    if (::fcntl(number, F_GETFD) >= 0) continue;
    if (::open("/dev/null", O_RDWR | O_CLOEXEC) != number) return;  // without it the launch fails
  }
}

int run(const std::vector<std::string>& words) {
  if (tell_apart(words).help) {
    fmt::print("{}", help());
    return 0;
  }
  fill_standard_numbers();
  Request request = read(words);
  if (request.telling.explain) return explain(request);
  const forklift::Fd stats = open_stats(request.telling);
  const Outcome outcome = carry_out(request);
  tell(request, outcome, stats);
  return exit_status(request, outcome);
}

}  // namespace

int exit_status(const Request& request, const Outcome& outcome) {
  if (outcome.failure) {
    if (outcome.failure->step() != forklift::Step::exec) return exit_failure;
    const bool missing = outcome.failure->code() == std::errc::no_such_file_or_directory;
    return missing ? exit_not_found : exit_not_runnable;
  }
  if (outcome.interrupted != 0) return exit_by_signal + outcome.interrupted;
  if (outcome.timed_out && !(request.bounds.preserve_status && outcome.status)) {
    return exit_timeout;
  }
  if (!outcome.status || outcome.status->lost()) return exit_failure;
  if (outcome.status->signaled()) return exit_by_signal + outcome.status->signal();
  return outcome.status->code();
}

int command(const std::vector<std::string>& words) {
  try {
    return run(words);
  } catch (const std::exception& error) {
    fmt::print(stderr, "forklift: {}\n", error.what());
    return exit_failure;
  }
}

}  // namespace run
