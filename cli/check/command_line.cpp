// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "check/command_line.hpp"

#include <memory>
#include <nlohmann/json.hpp>

#include "check/finding.hpp"
#include "check/report.hpp"
#include "check/survey.hpp"
#include "output.hpp"
#include "parsed_option.hpp"
#include "process/process.hpp"
#include "quantity.hpp"

namespace check {
namespace {

struct CheckRequest {
  pid_t pid = 0;
  std::size_t top = 20;
  bool json = false;
  bool thorough = false;
  std::string command_line;
};

std::size_t number_of_processes(const std::string& text) {
  constexpr std::size_t most_pids = 4'194'304;  // proc(5): pid_max
  return parse_count(text, most_pids);
}

// Only the JSON contains the command line.
void print(nlohmann::json json, const CheckRequest& request) {
  json["command_line"] = request.command_line;
  output::print("{}\n", dump(json));
}

int check_as_asked(const CheckRequest& request) {
  process::require_proc();
  const Finding finding = find_out(request.pid, request.thorough);
  if (request.json) {
    print(as_json(finding), request);
  } else {
    output::print("{}", text(finding));
  }
  return 0;
}

int survey_as_asked(const CheckRequest& request) {
  process::require_proc();
  constexpr auto patience = std::chrono::seconds(5);
  const Survey result = survey(request.top, patience);
  if (request.json) {
    print(as_json(result, request.top), request);
  } else {
    output::print("{}", text(result, request.top));
  }
  return 0;
}

}  // namespace

void add_to(CLI::App& app, const std::string& line, Action& chosen) {
  const auto request = std::make_shared<CheckRequest>();
  request->command_line = line;
  CLI::App* const check = app.add_subcommand(
      "check", "Predict what one fork would cost a running process, without attaching to it");
  add_parsed(*check, "PID", request->pid, process::pid_of, "The process")->required();
  check->add_flag("--json", request->json, "Print JSON");
  check->add_flag("--thorough", request->thorough,
                  "Read all mappings of a large process, which may delay its own calls");
  check->callback([request, &chosen] { chosen = [request] { return check_as_asked(*request); }; });
  CLI::App* const survey = app.add_subcommand(
      "survey", "List all processes of the machine by the cost of one fork");
  add_parsed(*survey, "--top", request->top, number_of_processes, "Processes to list (default: 20)")
      ->type_name("NUMBER");
  survey->add_flag("--json", request->json, "Print JSON");
  survey->callback(
      [request, &chosen] { chosen = [request] { return survey_as_asked(*request); }; });
}

}  // namespace check
