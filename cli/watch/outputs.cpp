// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/outputs.hpp"

#include <unistd.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "output.hpp"
#include "refusal.hpp"
#include "recording/file.hpp"
#include "watch/report/report.hpp"
#include "whole_file.hpp"

namespace watch {
namespace {

namespace fs = std::filesystem;

std::vector<std::pair<std::string, std::string>> files(const Outputs& outputs) {
  std::vector<std::pair<std::string, std::string>> all;
  const auto add = [&all](const char* option, const std::string& path) {
    if (!path.empty()) all.emplace_back(option, path);
  };
  add("--record", outputs.record);
  add("--trace", outputs.trace);
  add("--folded", outputs.folded);
  add("--openmetrics", outputs.openmetrics);
  return all;
}

// Two names of one file are the same, also through links.
std::string real(const std::string& path) {
  std::error_code error;
  const fs::path found = fs::weakly_canonical(path, error);
  return error ? path : found.string();
}

// Outputs to /dev/null and the like do not interfere.
bool is_replaced(const std::string& path) {
  std::error_code error;
  const fs::file_status found = fs::status(path, error);
  return !fs::exists(found) || fs::is_regular_file(found);
}

// Names that programs choose need not be UTF-8.
std::string as_text(const nlohmann::ordered_json& json) {
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

void add_outputs(CLI::App& app, Outputs& outputs) {
  app.add_flag("--json", outputs.json, "Print JSON instead of text");
  app.add_option("--trace", outputs.trace, "Write a trace for Perfetto or chrome://tracing")
      ->type_name("FILE");
  app.add_option("--folded", outputs.folded,
                 "Write stacks for a flame graph, weighted by the time that others were blocked")
      ->type_name("FILE");
  app.add_option("--openmetrics", outputs.openmetrics,
                 "Write metrics for the node exporter's textfile collector (*.prom)")
      ->type_name("FILE");
}

void add_record(CLI::App& app, Outputs& outputs) {
  app.add_option("--record", outputs.record, "Write a recording for forklift report")
      ->type_name("FILE");
}

void check(const Outputs& outputs, const std::string& input) {
  std::map<std::string, std::string> taken;
  if (!input.empty()) taken[real(input)] = "the recording";
  for (const auto& [option, path] : files(outputs)) {
    if (!is_replaced(path)) continue;
    const auto [other, is_new] = taken.emplace(real(path), option);
    if (!is_new)
      throw Refusal(other->second + " and " + option + " name the same file '" + path + "'");
  }
  for (const auto& [option, path] : files(outputs)) check_writable(path);
}

// Stacks and command lines are for the owner only; others read metrics, which
// contain neither.
void write(const Outputs& outputs, const Recording& recording) {
  constexpr mode_t own = 0600;
  if (!outputs.record.empty()) record::write(outputs.record, recording);
  if (!outputs.trace.empty()) write_whole(outputs.trace, as_trace(recording), own);
  if (!outputs.folded.empty()) write_whole(outputs.folded, as_folded(recording), own);
  if (!outputs.openmetrics.empty()) write_whole(outputs.openmetrics, as_openmetrics(recording));
  output::print(outputs.json ? as_text(as_json(recording))
                             : as_text(recording, ::isatty(STDOUT_FILENO) == 1));
}

}  // namespace watch
