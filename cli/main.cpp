// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <string>

#include "action.hpp"
#include "check/command_line.hpp"
#include "doctor.hpp"
#include "goroutines/command_line.hpp"
#include "lab/command_line.hpp"
#include "lab/first/fresh_process.hpp"
#include "refusal.hpp"
#include "run/run.hpp"
#include "watch/command_line.hpp"
#include "watch/gate.hpp"
#include "watch/report_command.hpp"

namespace {

// Exit statuses: 0 done, 1 it did not work, 2 the command line is wrong or asks
// for what the machine does not have, 130 interrupted; `run` has its own.
constexpr int exit_failure = 1;
constexpr int exit_usage = 2;

std::string join(int argc, char** argv) {
  std::string line = "forklift";
  for (int i = 1; i < argc; ++i) line += std::string(" ") + argv[i];
  return line;
}

int complain(const std::exception& error, int status) {
  fmt::print(stderr, "forklift: {}\n", error.what());
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 2 && std::string(argv[1]) == watch::gate_word) watch::wait_at_gate(argv + 2);
  if (argc > 1 && std::string(argv[1]) == "run") return run::command({argv + 2, argv + argc});
  if (argc > 1 && std::string(argv[1]) == lab::fresh_word) return lab::be_fresh_process(argv + 2);
  CLI::App app("Launch processes without stalling the launcher, and see where launches stall",
               "forklift");
  app.set_version_flag("--version", "forklift " FORKLIFT_VERSION);
  app.require_subcommand(1);
  Action chosen;
  app.add_subcommand("run", "Run a program with all that a child can be given");
  lab::add_to(app, join(argc, argv), chosen);
  check::add_to(app, join(argc, argv), chosen);
  goroutines::add_to(app, join(argc, argv), chosen);
  watch::add_to(app, join(argc, argv), chosen);
  watch::add_report_to(app, chosen);
  app.add_subcommand("doctor", "Say what this machine offers to launches")->callback([&chosen] {
    chosen = [] { return doctor(), 0; };
  });
  try {
    app.parse(argc, argv);
    return chosen();
  } catch (const CLI::Success& wanted) {
    return app.exit(wanted);  // --help, --version
  } catch (const CLI::ParseError& error) {
    return complain(error, exit_usage);
  } catch (const Refusal& refusal) {
    return complain(refusal, exit_usage);
  } catch (const std::exception& error) {
    return complain(error, exit_failure);
  }
}
