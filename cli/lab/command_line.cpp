// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/command_line.hpp"

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>

#include "lab/contender.hpp"
#include "lab/contenders/module.hpp"
#include "lab/page/document.hpp"
#include "lab/hang/command_line.hpp"
#include "lab/lab.hpp"
#include "lab/loop/command_line.hpp"
#include "lab/page/page.hpp"
#include "parsed_option.hpp"
#include "quantity.hpp"

namespace lab {
namespace {

constexpr std::size_t most_launches = 1'000'000'000;
constexpr std::size_t most_descriptors = 1'073'741'816;  // proc(5): the largest nr_open

std::vector<std::string> contender_names() {
  std::vector<std::string> names;
  for (const ContenderKind& known : kinds()) names.push_back(known.name);
  return names;
}

// Converts each size in a list to bytes.
std::string to_bytes(std::string& text) {
  try {
    text = std::to_string(parse_size(text));
    return "";
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

void add_options(CLI::App& lab, LabRequest& request) {
  add_contenders(lab, request.contenders, "Contenders to run (default: all)");
  add_loads(lab, request.rss, request.descriptors);
  lab.add_option("--workers", request.workers, "Threads that launch at once: 1,8")
      ->delimiter(',')
      ->transform(whole_number(1, 1024));
  lab.add_option("--launches", request.launches, "Launches of each contender under each load")
      ->transform(whole_number(1, most_launches));
  lab.add_option("--first", request.first,
                 "Fresh processes of each contender whose first launch is measured under each "
                 "load; 0: none (default: as many as fit the time)")
      ->transform(whole_number(0, 1000));
  lab.add_option("--program", request.program,
                 "The program to launch (default: one that does nothing)")
      ->type_name("PROGRAM");
  lab.add_flag("--quick", request.quick, "Fewer launches, and at most 1 GiB");
  lab.add_flag("--peers", request.peers,
               "Add the installed Python, Go, Rust, Node and Java, each in its own process");
  lab.add_option("--json", request.record.json, "Also write the figures to this file")
      ->type_name("FILE");
  lab.add_option("--html", request.record.html, "Also write a page with the figures to this file")
      ->type_name("FILE");
}

// Recorded documents, and the page to make of them.
struct Pages {
  std::vector<std::string> from;
  std::string html;
};

void write(const Pages& pages) {
  check_page(pages.html);
  std::vector<nlohmann::json> documents;
  for (const std::string& path : pages.from) {
    documents.push_back(read_document(path));
    std::error_code unknown;  // the page may not exist yet
    if (std::filesystem::equivalent(path, pages.html, unknown)) {
      throw std::runtime_error("'" + path + "' is a record, the page would overwrite it");
    }
  }
  write_page(pages.html, documents);
}

void add_page(CLI::App& lab, Action& chosen) {
  CLI::App* const page = lab.add_subcommand("page", "Show figures written by --json on one page");
  const auto pages = std::make_shared<Pages>();
  page->add_option("FROM", pages->from, "Files written by --json, of one or more runs")->required();
  page->add_option("--html", pages->html, "The file to write")->type_name("FILE")->required();
  page->callback([pages, &chosen] { chosen = [pages] { return write(*pages), 0; }; });
}

// `lab` has its own options, which its commands would accept and ignore.
void refuse_options_before_commands(CLI::App& lab) {
  for (CLI::App* const command : lab.get_subcommands({})) {
    command->preparse_callback([&lab, command](std::size_t) {
      for (const CLI::Option* const option : lab.get_options()) {
        if (option->count() == 0) continue;
        throw CLI::ValidationError(option->get_name(),
                                   "options of '" + command->get_name() + "' come after its name");
      }
    });
  }
}

}  // namespace

void add_contenders(CLI::App& app, std::vector<std::string>& target, const std::string& text) {
  app.add_option("--contender", target, text)
      ->type_name("NAME")
      ->delimiter(',')
      ->check(CLI::Validator([](std::string& name) { return absence(name); }, ""))
      ->check(CLI::IsMember(contender_names()));
}

void add_loads(CLI::App& app, std::vector<std::size_t>& rss,
               std::vector<std::size_t>& descriptors) {
  app.add_option("--rss", rss, "Resident memory to add: 0,1G,4G")
      ->type_name("SIZE")
      ->delimiter(',')
      ->transform(CLI::Validator(to_bytes, ""));
  app.add_option("--descriptors", descriptors, "Open descriptors: 10,15000")
      ->delimiter(',')
      ->transform(whole_number(1, most_descriptors));
}

void add_to(CLI::App& app, const std::string& line, Action& chosen) {
  CLI::App* const lab = app.add_subcommand(
      "lab", "Make this process heavy and launch from it with each contender in turn");
  const auto request = std::make_shared<LabRequest>();
  request->command_line = line;
  add_options(*lab, *request);
  lab->callback([request, lab, &chosen] {
    if (lab->get_subcommands().empty()) chosen = [request] { return run(*request), 0; };
  });
  hang::add_to(*lab, line, chosen);
  loop::add_to(*lab, line, chosen);
  add_page(*lab, chosen);
  refuse_options_before_commands(*lab);
}

}  // namespace lab
