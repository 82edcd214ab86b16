// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "check/report.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "check/label.hpp"
#include "check/lines.hpp"
#include "recording/wording.hpp"

namespace check {
namespace {

constexpr std::size_t most_causes = 5;
constexpr std::string_view indent = "                ";

double milliseconds(watch::Nanoseconds time) { return static_cast<double>(time.count()) / 1e6; }

std::string row(std::string_view title, std::string_view text) {
  return paragraph(fmt::format("{:<{}}", title, indent.size()), indent, text);
}

std::string things(std::size_t count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string descriptors_text(const process::Process& process) {
  return process.descriptors ? things(*process.descriptors, "descriptor", "descriptors")
                             : "descriptors may not be counted";
}

std::string who(const Finding& finding) {
  const process::Process& process = finding.process;
  std::string text =
      row(fmt::format("process {}", process.pid), cut(process.command, columns - indent.size()));
  text += row("", fmt::format("runtime {}, user {}, {} ({} running now), {}", runtime_text(process),
                              finding.user, things(process.threads, "thread", "threads"),
                              finding.running, descriptors_text(process)));
  return text;
}

std::string sizes(const Finding& finding) {
  const process::Memory& memory = finding.process.memory;
  const bool known = !is_bound(finding.prediction);
  std::string text =
      row("memory", fmt::format("{} resident, of which its own {}, in huge pages {}",
                                print_size(memory.resident), print_size(memory.anonymous),
                                known ? print_size(memory.huge) : "unknown"));
  text += row("page tables",
              fmt::format("{}, of which a fork copies {}{}", print_size(memory.page_tables),
                          known ? "" : "at most ", print_size(finding.prediction.tables)));
  if (finding.kept_from_children > 0) {
    text += row("", fmt::format("not those of {} under MADV_DONTFORK",
                                print_size(finding.kept_from_children)));
  }
  return text;
}

// The threads that would block: those that touch or map memory meanwhile.
std::string victims(const Finding& finding) {
  const std::size_t others =
      finding.process.threads - std::min<std::size_t>(finding.process.threads, 1);
  if (others == 0) return "its only thread is stopped for that time";
  const std::size_t running = std::min(finding.running, others);
  return fmt::format(
      "the thread that forks is stopped, and of {} each that has a page fault or maps memory "
      "meanwhile; {}",
      things(others, "other", "others"),
      running == 0 ? "none runs now" : things(running, "runs now", "run now"));
}

std::string verdict(const Finding& finding) {
  const Prediction& prediction = finding.prediction;
  std::string text =
      row("one fork", fmt::format("{}{}: {}", is_bound(prediction) ? "at most " : "≈ ",
                                  watch::say(prediction.stall), rating(prediction.stall)));
  text += row("", victims(finding));
  text += row("", fmt::format("afterwards up to {} fault once more, when they are written to "
                              "while the child lives",
                              things(prediction.faults, "page", "pages")));
  return text;
}

std::string causes(const Prediction& prediction) {
  if (is_good(prediction.stall)) return {};
  std::string text;
  double rest = 0;
  std::size_t told = 0;
  for (const Cause& cause : prediction.causes) {
    if (told == most_causes || cause.share < 0.01) {
      rest += cause.share;
      continue;
    }
    std::string line = fmt::format("{:>4.0f} %  {:>9}  {}", 100 * cause.share,
                                   print_size(cause.mapping.resident), label(cause.mapping));
    if (cause.mapping.huge > 0) line += fmt::format(", {} huge", print_size(cause.mapping.huge));
    if (cause.mapping.swapped > 0) {
      line += fmt::format(", {} swapped out", print_size(cause.mapping.swapped));
    }
    text += fmt::format("{:<{}}{}\n", told++ == 0 ? "caused by" : "", indent.size(),
                        cut(line, columns - indent.size()));
  }
  const std::size_t others = prediction.causes.size() - told;
  if (told > 0 && others > 0) {
    text += fmt::format("{}{:>4.0f} %             {}\n", indent, 100 * rest,
                        things(others, "other mapping", "other mappings"));
  }
  return text;
}

std::string list(const char* title, const std::vector<std::string>& lines) {
  if (lines.empty()) return {};
  std::string text = fmt::format("\n{}\n", title);
  for (const std::string& line : lines) text += paragraph("  - ", "    ", line);
  return text;
}

nlohmann::json as_json(const process::Process& process) {
  nlohmann::json json = {{"pid", process.pid},
                         {"name", process.name},
                         {"command", process.command},
                         {"executable", process.executable},
                         {"uid", process.user},
                         {"state", std::string(1, process.state)},
                         {"threads", process.threads},
                         {"mappings", process.mappings},
                         {"runtime", process::name(process.runtime)},
                         {"runtime_version", process.runtime_version}};
  json["descriptors"] = process.descriptors ? nlohmann::json(*process.descriptors) : nullptr;
  json["memory"] = {
      {"mapped", process.memory.mapped},           {"resident", process.memory.resident},
      {"anonymous", process.memory.anonymous},     {"swapped", process.memory.swapped},
      {"page_tables", process.memory.page_tables}, {"huge", process.memory.huge}};
  return json;
}

nlohmann::json as_json(const Cause& cause) {
  return {{"name", cause.mapping.name},
          {"begin", cause.mapping.begin},
          {"end", cause.mapping.end},
          {"resident", cause.mapping.resident},
          {"anonymous", cause.mapping.anonymous},
          {"swapped", cause.mapping.swapped},
          {"huge", cause.mapping.huge},
          {"tables", cause.tables},
          {"share", cause.share}};
}

nlohmann::json as_json(const Prediction& prediction) {
  nlohmann::json causes = nlohmann::json::array();
  for (std::size_t i = 0; i < std::min(prediction.causes.size(), most_causes); ++i) {
    causes.push_back(as_json(prediction.causes[i]));
  }
  return {{"stall_ms", milliseconds(prediction.stall)},
          {"rating", rating(prediction.stall)},
          {"basis", name(prediction.basis)},
          {"at_most", is_bound(prediction)},
          {"copied_tables", prediction.tables},
          {"copy_faults_at_most", prediction.faults},
          {"causes", std::move(causes)}};
}

}  // namespace

std::string text(const watch::Calibration& calibration) {
  return fmt::format("{} per MiB of page tables on this machine now, {} for any fork",
                     watch::say(calibration.per_megabyte), watch::say(calibration.fixed));
}

std::string text(const Finding& finding) {
  return who(finding) + sizes(finding) + "\n" + verdict(finding) + causes(finding.prediction) +
         list("What would help", finding.advice) + list("To be known", finding.notes) + "\n" +
         row("calibrated", text(finding.calibration)) +
         row("", "A prediction: nothing was attached to the process, which did not notice.");
}

nlohmann::json as_json(const watch::Calibration& calibration) {
  return {{"fixed_ms", milliseconds(calibration.fixed)},
          {"ms_per_mib_of_page_tables", milliseconds(calibration.per_megabyte)}};
}

nlohmann::json as_json(const Finding& finding) {
  nlohmann::json process = as_json(finding.process);
  process["user"] = finding.user;
  process["running"] = finding.running;
  process["kept_from_children"] = finding.kept_from_children;
  return {{"schema", "forklift-check"},
          {"version", 1},
          {"process", std::move(process)},
          {"prediction", as_json(finding.prediction)},
          {"calibration", as_json(finding.calibration)},
          {"advice", finding.advice},
          {"notes", finding.notes}};
}

std::string dump(const nlohmann::json& json) {
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace check
