// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "check/command_line.hpp"

#include <fmt/core.h>

#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "check/finding.hpp"
#include "check/report.hpp"
#include "check/survey.hpp"

namespace check {
namespace {

struct Request {
  pid_t pid = 0;
  std::size_t top = 20;
  bool json = false;
  bool thorough = false;
  std::string command_line;
};

template <class T>
T whole_number(const std::string& text, const char* what) {
  T value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || rest != end || value <= 0) {
    throw std::runtime_error("'" + text + "' is no " + what);
  }
  return value;
}

// An option whose text is refused with a reason of our own.
template <class T>
auto into(T& target, const char* what) {
  return [&target, what](const std::string& text) {
    try {
      target = whole_number<T>(text, what);
    } catch (const std::runtime_error& error) {
      throw CLI::ValidationError(error.what());
    }
  };
}

// JSON says how it was asked for; a report for people need not.
void print(nlohmann::json json, const Request& request) {
  json["command_line"] = request.command_line;
  fmt::print("{}\n", dump(json));
}

int check_as_asked(const Request& request) {
  const Finding finding = find_out(request.pid, request.thorough);
  if (request.json) {
    print(as_json(finding), request);
  } else {
    fmt::print("{}", text(finding));
  }
  return 0;
}

int survey_as_asked(const Request& request) {
  constexpr auto patience = std::chrono::seconds(5);
  const Survey result = survey(request.top, patience);
  if (request.json) {
    print(as_json(result, request.top), request);
  } else {
    fmt::print("{}", text(result, request.top));
  }
  return 0;
}

}  // namespace

void add_to(CLI::App& app, const std::string& line, Action& chosen) {
  const auto request = std::make_shared<Request>();
  request->command_line = line;
  CLI::App* const check = app.add_subcommand(
      "check", "Say at once what one fork would cost a running process; nothing is attached");
  check->add_option_function<std::string>("PID", into(request->pid, "process id"), "The process")
      ->required();
  check->add_flag("--json", request->json, "Print JSON");
  check->add_flag("--thorough", request->thorough,
                  "Look at all mappings of a large process, for which its own calls may wait");
  check->callback([request, &chosen] { chosen = [request] { return check_as_asked(*request); }; });
  CLI::App* const survey = app.add_subcommand(
      "survey", "List all processes of the machine by what one fork would cost them");
  survey->add_option_function<std::string>("--top", into(request->top, "number of processes"),
                                           "How many (default: 20)");
  survey->add_flag("--json", request->json, "Print JSON");
  survey->callback(
      [request, &chosen] { chosen = [request] { return survey_as_asked(*request); }; });
}

}  // namespace check
