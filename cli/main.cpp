// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <exception>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "action.hpp"
#include "check/command_line.hpp"
#include "doctor.hpp"
#include "goroutines/command_line.hpp"
#include "help_text.hpp"
#include "lab/command_line.hpp"
#include "lab/first/fresh_process.hpp"
#include "nearest.hpp"
#include "output.hpp"
#include "refusal.hpp"
#include "run/outcome.hpp"
#include "run/run.hpp"
#include "watch/command_line.hpp"
#include "watch/gate.hpp"
#include "watch/report_command.hpp"

namespace {

// Exit statuses: 0 success, 1 failure, 2 a wrong command line or a request
// beyond this machine, 130 interrupted; `run` has its own.
constexpr int exit_failure = 1;
constexpr int exit_usage = 2;

std::string join(int argc, char** argv) {
  std::string line = "forklift";
  for (int i = 1; i < argc; ++i) line += std::string(" ") + argv[i];
  return line;
}

void complain(const char* what) {
  output::say("forklift: ");
  output::say(what);
  output::say("\n");
}

std::vector<std::string> names_of_options(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* const option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::vector<std::string> names_of_commands(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* const sub : command.get_subcommands({})) names.push_back(sub->get_name());
  return names;
}

// The first mistyped word, before anything that is missing because of it.
std::string typo_in(const CLI::App& command) {
  const auto commands = names_of_commands(command);
  for (const std::string& word : command.remaining()) {
    if (word.size() > 1 && word.starts_with('-')) {
      const std::string option = word.substr(0, word.find('='));
      return "unknown option '" + option + "'" + did_you_mean(option, names_of_options(command));
    }
    if (!commands.empty()) {
      return "unknown command '" + word + "'" + did_you_mean(word, commands);
    }
  }
  return "";
}

std::string enumerate(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// The chain of commands on the command line, down to the last.
std::string explain(const CLI::App& app, const CLI::ParseError& error) {
  std::string name = app.get_name();
  for (const CLI::App* command = &app;; name += " " + command->get_name()) {
    const std::string typo = typo_in(*command);
    if (!typo.empty()) return typo + "; see '" + name + " --help'";
    const auto given = command->get_subcommands();
    const auto commands = names_of_commands(*command);
    if (given.empty() && command->get_require_subcommand_min() > 0) {
      return "expected a command after '" + name + "': " + enumerate(commands) + "; see '" + name +
             " --help'";
    }
    if (given.empty()) return error.what();
    command = given.front();
  }
}

// Prints the text for --help and --version.
int answer(const CLI::App& app, const CLI::Success& wanted) {
  std::ostringstream words;
  const int status = app.exit(wanted, words, words);
  output::print(words.str());
  return status;
}

void add_commands(CLI::App& app, const std::string& line, Action& chosen) {
  app.add_subcommand("run", "Run a program with any attributes of a process");
  lab::add_to(app, line, chosen);
  check::add_to(app, line, chosen);
  goroutines::add_to(app, line, chosen);
  watch::add_to(app, line, chosen);
  watch::add_report_to(app, chosen);
  app.add_subcommand("doctor", "Show which kernel features forklift can use")->callback([&chosen] {
    chosen = [] { return doctor(), 0; };
  });
}

int run_command(int argc, char** argv) {
  CLI::App app("Launch processes without stalling the launcher, and see where launches stall",
               "forklift");
  app.formatter(std::make_shared<help_text::Formatter>());
  app.set_help_flag("--help,-h", "Prints this help");
  app.set_version_flag("--version", "forklift " FORKLIFT_VERSION, "Prints the version");
  app.require_subcommand(1);
  Action chosen;
  add_commands(app, join(argc, argv), chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wanted) {
    return answer(app, wanted);
  } catch (const CLI::ParseError& error) {
    throw Refusal(explain(app, error));
  }
  return chosen();
}

}  // namespace

// No exception escapes, and a lost result always has an exit status.
int main(int argc, char** argv) {
  output::hold_closed_streams();
  const std::string word = argc > 1 ? argv[1] : "";
  if (argc > 2 && word == watch::gate_word) watch::wait_at_gate(argv + 2);
  if (argc > 1 && word == lab::fresh_word) return lab::be_fresh_process(argv + 2);
  const bool runs = word == "run";
  const int failure = runs ? run::exit_failure : exit_failure;
  int status = failure;
  try {
    status = runs ? run::command({argv + 2, argv + argc}) : run_command(argc, argv);
  } catch (const Refusal& refusal) {
    complain(refusal.what());
    status = runs ? failure : exit_usage;
  } catch (const std::exception& error) {
    complain(error.what());
  } catch (...) {
    complain("something unknown was thrown");
  }
  return output::conclude(status, failure);
}
