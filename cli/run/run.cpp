// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "run/run.hpp"

#include <errno.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <forklift/fd.hpp>
#include <system_error>

#include "output.hpp"
#include "run/option.hpp"
#include "run/outcome.hpp"
#include "run/request.hpp"

namespace run {
namespace {

int explain(const RunRequest& request) {
  const std::string text = request.command.explain();
  if (text.starts_with("cannot launch")) {
    output::say("forklift: {}\n", text);
    return exit_failure;
  }
  output::print("{}", text);
  return 0;
}

// Opened before the launch: afterwards it would be too late to refuse.
forklift::Fd open_stats(const Reporting& reporting) {
  if (reporting.stats == Reporting::Stats::none || reporting.stats_file.empty()) return {};
  const char* const path = reporting.stats_file.c_str();
  forklift::Fd file(::open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!file) {
    const std::string reason = std::generic_category().message(errno);
    throw BadUse(fmt::format("--stats-file '{}': {}", path, reason));
  }
  return file;
}

// Half a record is worse than none, so it is removed. The program has run: its
// exit status stays ours.
void write_stats(const forklift::Fd& file, const Reporting& reporting, std::string_view text) {
  if (!file) return output::say(text);
  const int error = output::write_all(file.get(), text);
  if (error == 0) return;
  [[maybe_unused]] const int only_files_can = ::ftruncate(file.get(), 0);
  if (reporting.quiet) return;
  output::say("forklift: --stats-file '{}': {}\n", reporting.stats_file,
              std::generic_category().message(error));
}

void tell(const RunRequest& request, const Outcome& outcome, const forklift::Fd& file) {
  if (outcome.failure && !request.reporting.quiet) {
    output::say("forklift: {}\n", outcome.failure->what());
  }
  if (outcome.status && outcome.status->lost() && !request.reporting.quiet) {
    output::say("forklift: '{}' has ended, but its status was lost\n", request.argv.front());
  }
  if (request.reporting.stats == Reporting::Stats::none) return;
  write_stats(file, request.reporting, print_stats(request, outcome));
}

}  // namespace

int command(const std::vector<std::string>& words) {
  if (tell_apart(words).help) {
    output::print("{}", help());
    return 0;
  }
  RunRequest request = read(words);
  if (request.reporting.explain) return explain(request);
  const forklift::Fd stats = open_stats(request.reporting);
  const Outcome outcome = execute(request);
  tell(request, outcome, stats);
  return exit_status(request, outcome);
}

int exit_status(const RunRequest& request, const Outcome& outcome) {
  if (outcome.failure) {
    if (outcome.failure->step() != forklift::Step::exec) return exit_failure;
    const bool missing = outcome.failure->code() == std::errc::no_such_file_or_directory;
    return missing ? exit_not_found : exit_not_runnable;
  }
  if (outcome.interrupted != 0) return exit_by_signal + outcome.interrupted;
  if (outcome.timed_out && !(request.time_limits.preserve_status && outcome.status)) {
    return exit_timeout;
  }
  if (!outcome.status || outcome.status->lost()) return exit_failure;
  if (outcome.status->signaled()) return exit_by_signal + outcome.status->signal();
  return outcome.status->code();
}

}  // namespace run
