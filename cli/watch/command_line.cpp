// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/command_line.hpp"

#include <memory>
#include <stdexcept>

#include "parsed_option.hpp"
#include "quantity.hpp"
#include "refusal.hpp"
#include "watch/watch.hpp"

namespace watch {
namespace {

constexpr std::chrono::milliseconds usual_length = std::chrono::seconds(10);
constexpr std::chrono::milliseconds least_length(100);
constexpr std::chrono::milliseconds most_length = std::chrono::hours(24);

std::chrono::milliseconds length(const std::string& text) {
  const auto asked = parse_duration(text);
  if (asked >= least_length && asked <= most_length) return asked;
  throw std::invalid_argument("'" + text + "' is not between 100ms and 24h");
}

Backend backend(const std::string& text) {
  const auto found = backend_named(text);
  if (found && *found != Backend::prediction) return *found;
  throw std::invalid_argument("'" + text + "' is not one of tracing, perf, sampling");
}

void add_options(CLI::App& watch, WatchRequest& request) {
  watch
      .add_option("TARGET", request.target, "A process id; or, after --, a program with arguments")
      ->required();
  add_parsed(watch, "--for", request.length, length,
             "How long to watch (default: 10s; a program: until it ends)")
      ->type_name("TIME");
  watch.add_flag("--detail", request.options.detail,
                 "Also hook system calls: exact begins and ends, at about 50 ns per system call");
  add_parsed(watch, "--backend", request.backend, backend,
             "tracing, perf or sampling (default: the best that works here)")
      ->type_name("NAME");
  watch.add_flag("--no-stacks{false}", request.options.stacks, "Leave stacks out");
  watch
      .add_option("--samples", request.options.samples_per_second,
                  "Samples per second of the backend sampling (default: 500)")
      ->transform(whole_number(10, 1000));
  add_outputs(watch, request.outputs);
  add_record(watch, request.outputs);
}

}  // namespace

void add_to(CLI::App& app, const std::string& line, Action& chosen) {
  CLI::App* const watch = app.add_subcommand(
      "watch", "Watch a process: which threads its launches block, and for how long");
  const auto request = std::make_shared<WatchRequest>();
  request->command_line = line;
  request->program = line.find(" -- ") != std::string::npos;
  add_options(*watch, *request);
  watch->callback([request, &chosen] {
    if (!request->program && request->target.size() > 1) {
      throw Refusal("one process at a time: what is '" + request->target[1] + "'?");
    }
    if (!request->program && !request->length) request->length = usual_length;
    chosen = [request] { return run(*request), 0; };
  });
}

}  // namespace watch
