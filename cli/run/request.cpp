// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "run/request.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <stdexcept>

#include "output.hpp"
#include "run/option.hpp"

namespace run {
namespace {

void apply(RunRequest& request, const Chosen& chosen) {
  try {
    chosen.option->apply(request, chosen.value);
  } catch (const std::invalid_argument& error) {
    throw BadUse(chosen.option->value.empty()
                     ? fmt::format("{}: {}", chosen.option->name, error.what())
                     : fmt::format("{} '{}': {}", chosen.option->name, chosen.value, error.what()));
  }
}

void complete_cgroup(forklift::Command& command, Gathered& gathered) {
  if (!gathered.cgroup_settings.empty() && !(gathered.cgroup && gathered.cgroup->creates())) {
    throw BadUse("--cgroup-set is for the cgroup of --new-cgroup");
  }
  if (!gathered.cgroup) return;
  for (auto& [file, value] : gathered.cgroup_settings) gathered.cgroup->set(file, value);
  command.cgroup(*gathered.cgroup);
}

void complete(RunRequest& request) {
  Gathered& gathered = request.gathered;
  if (gathered.capabilities) request.command.capabilities(*gathered.capabilities);
  if (gathered.reset_on_fork && !gathered.scheduling) gathered.scheduling.emplace();
  if (gathered.scheduling) {
    gathered.scheduling->reset_on_fork = gathered.reset_on_fork;
    request.command.scheduling(*gathered.scheduling);
  }
  if (gathered.maps) {
    request.command.new_namespace(forklift::Namespace::user).id_maps(*gathered.maps);
  }
  if (gathered.monotonic || gathered.boottime) {
    const Duration none{0};
    request.command.clock_offsets(gathered.monotonic.value_or(none),
                                  gathered.boottime.value_or(none));
  }
  if (gathered.landlock) request.command.landlock(*gathered.landlock);
  complete_cgroup(request.command, gathered);
}

bool terminal_is_ours() { return ::isatty(0) && ::tcgetpgrp(0) == ::getpgrp(); }

// A timeout must reach all descendants, so the program gets its own process
// group, which needs the terminal if ours had it.
void give_tree(RunRequest& request) {
  if (!request.time_limits.timeout || request.has_tree || request.other_group) return;
  request.command.process_group();
  request.has_tree = true;
  if (!request.own_stdin && terminal_is_ours()) request.command.foreground(0);
}

}  // namespace

RunRequest::RunRequest(std::string program, std::vector<std::string> arguments)
    : command(program), argv(std::move(arguments)) {
  command.args(argv).allow_shell();  // as in env, nice and timeout
  argv.insert(argv.begin(), std::move(program));
  // A stream closed by our caller is /dev/null to the program, unless set.
  for (const int stream : {0, 1, 2}) {
    if (output::is_held(stream)) command.descriptor(stream, forklift::Stdio::null());
  }
}

RunRequest read(const std::vector<std::string>& words) {
  Words told = tell_apart(words);
  if (told.program.empty() || told.program.front().empty()) {
    throw BadUse("no program is named; see 'forklift run --help'");
  }
  std::string program = told.program.front();
  told.program.erase(told.program.begin());
  RunRequest request(std::move(program), std::move(told.program));
  for (const Chosen& chosen : told.options) apply(request, chosen);
  complete(request);
  give_tree(request);
  return request;
}

}  // namespace run
