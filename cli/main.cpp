// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <system_error>

#include "doctor.hpp"
#include "lab/contender.hpp"
#include "lab/contenders/module.hpp"
#include "lab/document.hpp"
#include "lab/hang/command_line.hpp"
#include "lab/lab.hpp"
#include "lab/page.hpp"
#include "lab/refusal.hpp"

namespace {

// Exit statuses: 0 done, 1 it did not work, 2 the command line is wrong, 130 interrupted.
constexpr int exit_failure = 1;
constexpr int exit_usage = 2;
// What a shell makes of a SIGINT that kills: a report was made, but not all of it.
constexpr int exit_interrupted = 130;

std::string join(int argc, char** argv) {
  std::string line = "forklift";
  for (int i = 1; i < argc; ++i) line += std::string(" ") + argv[i];
  return line;
}

std::vector<std::string> contender_names() {
  std::vector<std::string> names;
  for (const lab::Kind& kind : lab::kinds()) names.push_back(kind.name);
  return names;
}

CLI::App* add_lab(CLI::App& app, lab::Request& request) {
  CLI::App* const lab = app.add_subcommand(
      "lab", "Make this process heavy and launch from it, by every contender in turn");
  const auto list = [lab](const char* name, auto& target, const char* text) {
    return lab->add_option(name, target, text)->delimiter(',');
  };
  list("--contender", request.contenders, "Who takes part (default: all)")
      ->check(CLI::Validator([](std::string& name) { return lab::absence(name); }, ""))
      ->check(CLI::IsMember(contender_names()));
  list("--rss", request.rss, "Resident memory to add: 0,1G,4G")->transform(CLI::AsSizeValue(false));
  list("--descriptors", request.descriptors, "Open descriptors: 10,15000")
      ->check(CLI::PositiveNumber);
  list("--workers", request.workers, "Threads that launch at once: 1,8")
      ->check(CLI::Range(1, 1024));
  lab->add_option("--launches", request.launches, "Launches of each contender under each load")
      ->check(CLI::PositiveNumber);
  lab->add_option("--program", request.program,
                  "What to launch (default: a program that does "
                  "nothing)");
  lab->add_flag("--quick", request.quick, "Fewer launches, and no more than 1 GiB");
  lab->add_flag(
      "--peers", request.peers,
      "The Python, Go, Rust, Node and Java found here take part, each in its own process");
  lab->add_option("--json", request.json, "Write the figures to this file, too");
  lab->add_option("--html", request.html, "Write a page that shows them to this file, too");
  return lab;
}

/// Recorded documents, and the page to make of them.
struct Pages {
  std::vector<std::string> from;
  std::string html;
};

void add_page(CLI::App& lab, Pages& pages) {
  CLI::App* const page = lab.add_subcommand("page", "Show what --json recorded on one page");
  page->add_option("FROM", pages.from, "What --json wrote, of one run or of several")->required();
  page->add_option("--html", pages.html, "The file to write")->required();
}

void write(const Pages& pages) {
  lab::check_page(pages.html);
  std::vector<nlohmann::json> documents;
  for (const std::string& path : pages.from) {
    documents.push_back(lab::read_document(path));
    std::error_code unknown;  // the page may not be there yet
    if (std::filesystem::equivalent(path, pages.html, unknown)) {
      throw std::runtime_error("'" + path + "' is a record, the page would overwrite it");
    }
  }
  lab::write_page(pages.html, documents);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Launch processes without stalling the launcher, and see where launches stall",
               "forklift");
  app.set_version_flag("--version", "forklift " FORKLIFT_VERSION);
  app.require_subcommand(1);
  lab::Request request;
  request.command_line = join(argc, argv);
  CLI::App* const experiment = add_lab(app, request);
  lab::hang::Request hang_request;
  hang_request.command_line = request.command_line;
  lab::hang::add_to(*experiment, hang_request);
  Pages pages;
  add_page(*experiment, pages);
  app.add_subcommand("doctor", "Say what this machine offers to launches");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    fmt::print(stderr, "forklift: {}\n", error.what());
    return exit_usage;
  }
  try {
    if (app.got_subcommand("doctor")) {
      doctor();
    } else if (experiment->got_subcommand("hang")) {
      if (!lab::hang::run(hang_request)) return exit_interrupted;
    } else if (experiment->got_subcommand("page")) {
      write(pages);
    } else {
      lab::run(request);
    }
  } catch (const lab::Refusal& refusal) {
    fmt::print(stderr, "forklift: {}\n", refusal.what());
    return exit_usage;
  } catch (const std::exception& error) {
    fmt::print(stderr, "forklift: {}\n", error.what());
    return exit_failure;
  }
  return 0;
}
