// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/loop/command_line.hpp"

#include <memory>

#include "lab/command_line.hpp"
#include "lab/command_line.hpp"
#include "lab/loop/contenders.hpp"
#include "lab/loop/loop.hpp"
#include "parsed_option.hpp"

namespace lab::loop {
namespace {

std::vector<std::string> contender_names() {
  std::vector<std::string> names;
  for (const LoopKind& known : kinds()) names.push_back(known.name);
  return names;
}

}  // namespace

void add_to(CLI::App& lab, const std::string& line, Action& chosen) {
  CLI::App* const loop = lab.add_subcommand(
      "loop", "Launch from coroutines on an event loop and measure the delay of its heartbeat");
  const auto request = std::make_shared<LoopRequest>();
  request->command_line = line;
  loop->add_option("--contender", request->contenders, "Contenders to run (default: all)")
      ->type_name("NAME")
      ->delimiter(',')
      ->check(CLI::Validator([](std::string& name) { return absence(name); }, ""))
      ->check(CLI::IsMember(contender_names()));
  loop->add_option("--coroutines", request->coroutines,
                   "Coroutines that start at once and launch once each (default: 10000)")
      ->transform(whole_number(1, 1'000'000));
  loop->add_option("--limit", request->limit, "Children at a time (default: 16)")
      ->transform(whole_number(1, 1024));
  add_loads(*loop, request->rss, request->descriptors);
  loop->add_option("--rounds", request->rounds, "Rounds of each contender (default: 5)")
      ->transform(whole_number(1, 1000));
  loop->add_option("--program", request->program,
                   "The program to launch (default: one that does nothing)")
      ->type_name("PROGRAM");
  loop->add_flag("--short", request->brief, "1000 coroutines, 3 rounds, 0 and 1 GiB");
  loop->add_option("--json", request->record.json, "Also write the figures to this file")
      ->type_name("FILE");
  loop->callback([request, &chosen] { chosen = [request] { return run(*request), 0; }; });
}

}  // namespace lab::loop
