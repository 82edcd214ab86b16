// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "run/option.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "help_text.hpp"
#include "nearest.hpp"

namespace run {
namespace {

std::vector<std::string> names() {
  std::vector<std::string> all{"--help"};
  for (const Group& group : groups()) {
    for (const Option& option : group.options) all.emplace_back(option.name);
  }
  return all;
}

const Option* find(std::string_view name) {
  for (const Group& group : groups()) {
    for (const Option& option : group.options) {
      if (name == option.name || name == option.other_name) return &option;
    }
  }
  throw BadUse(fmt::format("unknown option '{}'{}; see 'forklift run --help'", name,
                           did_you_mean(name, names())));
}

bool may_lack_value(const Option& option) { return option.value.starts_with("["); }

// The value of the option at `at`, which advances if it is the next word.
std::string value_of(const Option& option, const std::vector<std::string>& words, std::size_t& at) {
  const std::string& word = words[at];
  const auto sign = word.find('=');
  if (sign != std::string::npos) {
    if (option.value.empty()) throw BadUse(fmt::format("{} takes no value", option.name));
    return word.substr(sign + 1);
  }
  if (option.value.empty() || may_lack_value(option)) return "";
  if (++at == words.size()) throw BadUse(fmt::format("{} requires {}", option.name, option.value));
  return words[at];
}

std::string heading(const Option& option) {
  std::string names(option.name);
  if (!option.other_name.empty()) names += fmt::format(", {}", option.other_name);
  const char* const between = option.value.empty() || may_lack_value(option) ? "" : " ";
  return fmt::format("{}{}{}", names, between, option.value);
}

constexpr const char* introduction = R"(forklift run [OPTIONS] [--] PROGRAM [ARGUMENTS]

Launches a program with the given attributes, waits for it, and exits with its
status. The first word that is not an option is the program; all words after it
are its arguments.
)";

constexpr const char* statuses = R"(
Exit status:
  124  the --timeout expired, whatever the status of the program
  125  forklift failed: a bad option, or a step of the launch before exec
  126  the program was found but cannot be executed
  127  the program was not found
  128+N  signal N killed the program
  otherwise the exit status of the program

Signals: TERM, INT, HUP, QUIT, USR1 and USR2 are forwarded to the program, or to
its whole tree if it leads one, unless forklift was started with them ignored.
Signals from the terminal (Ctrl-C) are not sent twice. TSTP stops both, CONT
resumes both.
)";

}  // namespace

std::span<const Group> groups() {
  static const Group all[] = {
      {"The program", program_options()},         {"Files and terminal", stream_options()},
      {"Life and signals", life_options()},       {"Identity and privileges", identity_options()},
      {"Limits and scheduling", bound_options()}, {"Namespaces and root", namespace_options()},
      {"Sandbox and cgroup", sandbox_options()},  {"Launch and reporting", telling_options()}};
  return all;
}

Words tell_apart(const std::vector<std::string>& words) {
  Words told;
  std::size_t at = 0;
  for (; at < words.size() && words[at].starts_with("-"); ++at) {
    if (words[at] == "--") {
      ++at;
      break;
    }
    if (words[at] == "--help" || words[at] == "-h") {
      told.help = true;
      return told;
    }
    const Option& option = *find(words[at].substr(0, words[at].find('=')));
    std::string value = value_of(option, words, at);
    told.options.push_back({&option, std::move(value)});
  }
  std::copy(words.begin() + static_cast<std::ptrdiff_t>(at), words.end(),
            std::back_inserter(told.program));
  return told;
}

std::string help() {
  std::string text = introduction;
  for (const Group& group : groups()) {
    text += fmt::format("\n{}:\n", group.title);
    for (const Option& option : group.options) {
      text += help_text::item(heading(option), option.text);
    }
  }
  return text + statuses;
}

}  // namespace run
