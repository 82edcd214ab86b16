// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Ranks all processes within a time limit. The sizes that any user may read
// give an upper bound for each; only the most expensive ones are inspected
// closely, until the first `top` are certain. Processes come and go meanwhile,
// and one that vanishes is left out.

#include "check/survey.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "check/calibrate.hpp"
#include "check/finding.hpp"
#include "check/label.hpp"
#include "check/lines.hpp"
#include "check/report.hpp"
#include "check/sample.hpp"
#include "process/proc_file.hpp"
#include "recording/wording.hpp"
#include "refusal.hpp"

namespace check {
namespace {

using std::chrono::steady_clock;
using watch::Nanoseconds;

Nanoseconds stall(const SurveyEntry& place) { return place.prediction.stall; }

// None if it has no memory, or ended meanwhile.
std::optional<process::Process> look_if_it_is_one(pid_t pid) {
  try {
    return process::look_at(pid);
  } catch (const Refusal&) {
    return std::nullopt;
  }
}

// Many processes, few users.
class Users {
 public:
  const std::string& name(uid_t user) {
    std::string& known = names_[user];
    if (known.empty()) known = user_name(user);
    return known;
  }

 private:
  std::map<uid_t, std::string> names_;
};

// Huge pages matter only with much memory; sampling is for processes that are
// too large to read at once.
void look_closer(SurveyEntry& place, const watch::Calibration& calibration) {
  constexpr std::uint64_t most_for_smaps = 64U << 20;
  const bool is_small = place.process.memory.resident <= most_for_smaps;
  const auto mappings = is_small ? mappings_of(place.process.pid) : sample_mappings(place.process);
  if (!mappings) return;
  place.prediction = predict(place.process, mappings, calibration);
  if (!is_small) place.prediction.basis = Basis::samples;
}

// From the most expensive down, until `top` cost more than any other could: a
// prediction without mappings is an upper bound.
void look_closer_at_top(Survey& survey, std::size_t top, steady_clock::time_point end) {
  std::ranges::stable_sort(survey.places, std::greater(), stall);
  std::vector<Nanoseconds> known;
  for (SurveyEntry& place : survey.places) {
    const auto is_dearer = [&place](Nanoseconds other) { return other >= stall(place); };
    if (steady_clock::now() > end) break;
    if (static_cast<std::size_t>(std::ranges::count_if(known, is_dearer)) >= top) break;
    look_closer(place, survey.calibration);
    known.push_back(stall(place));
  }
  std::ranges::stable_sort(survey.places, std::greater(), stall);
}

// The arguments are more useful than the program's path.
std::string short_command(const std::string& command) {
  const std::size_t program_end = std::min(command.find(' '), command.size());
  const std::size_t slash = command.rfind('/', program_end);
  return slash == std::string::npos || slash + 1 == program_end ? command
                                                                : command.substr(slash + 1);
}

std::string line(const SurveyEntry& place) {
  const process::Process& process = place.process;
  const std::string descriptors =
      process.descriptors ? fmt::format("{}", *process.descriptors) : "?";
  return fmt::format("{:>7} {:<10} {:<14} {:>9} {:>9} {:>7} {:>6} {:>9}{} {}\n", process.pid,
                     cut(place.user, 10), cut(runtime_text(process), 14),
                     print_size(process.memory.resident), print_size(process.memory.page_tables),
                     process.threads, descriptors, watch::say(place.prediction.stall),
                     is_bound(place.prediction) ? "<" : " ",
                     cut(short_command(process.command), 18));
}

std::string remarks(const Survey& survey, std::size_t shown) {
  std::string text;
  const auto is_bounded = [](const SurveyEntry& place) { return is_bound(place.prediction); };
  if (std::any_of(survey.places.begin(), survey.places.begin() + static_cast<std::ptrdiff_t>(shown),
                  is_bounded)) {
    text += "<  at most: by its sizes alone, since its mappings may not be read by you\n";
  }
  if (survey.left_out > 0) {
    text += fmt::format("{} processes were left out: time was up\n", survey.left_out);
  }
  return text;
}

nlohmann::json as_json(const SurveyEntry& place) {
  const process::Process& process = place.process;
  nlohmann::json json = {{"pid", process.pid},
                         {"user", place.user},
                         {"runtime", process::name(process.runtime)},
                         {"runtime_version", process.runtime_version},
                         {"executable_known", !process.executable.empty()},
                         {"resident", process.memory.resident},
                         {"page_tables", process.memory.page_tables},
                         {"threads", process.threads},
                         {"stall_ms", static_cast<double>(place.prediction.stall.count()) / 1e6},
                         {"at_most", is_bound(place.prediction)},
                         {"rating", rating(place.prediction.stall)},
                         {"command", process.command}};
  json["descriptors"] = process.descriptors ? nlohmann::json(*process.descriptors) : nullptr;
  return json;
}

}  // namespace

Survey survey(std::size_t top, std::chrono::milliseconds patience) {
  Survey result{.places = {}, .left_out = 0, .calibration = calibrate()};
  Users users;
  const auto end = steady_clock::now() + patience;
  for (const pid_t pid : process::all_ids()) {
    if (steady_clock::now() > end) {
      ++result.left_out;
      continue;
    }
    auto found = look_if_it_is_one(pid);
    if (!found) continue;
    const Prediction bound = predict(*found, std::nullopt, result.calibration);
    const uid_t user = found->user;
    result.places.push_back({std::move(*found), users.name(user), bound});
  }
  look_closer_at_top(result, top, end);
  return result;
}

std::string text(const Survey& survey, std::size_t top) {
  std::string text =
      fmt::format("{:>7} {:<10} {:<14} {:>9} {:>9} {:>7} {:>6} {:>9}  {}\n", "pid", "user",
                  "runtime", "resident", "tables", "threads", "fds", "one fork", "command");
  const std::size_t shown = std::min(top, survey.places.size());
  for (std::size_t i = 0; i < shown; ++i) text += line(survey.places[i]);
  text += "\n" + paragraph("", "",
                           fmt::format("{} of {} processes; calibrated: {}", shown,
                                       survey.places.size(), check::text(survey.calibration)));
  return text + remarks(survey, shown);
}

nlohmann::json as_json(const Survey& survey, std::size_t top) {
  nlohmann::json places = nlohmann::json::array();
  for (std::size_t i = 0; i < std::min(top, survey.places.size()); ++i) {
    places.push_back(as_json(survey.places[i]));
  }
  return {{"schema", "forklift-survey"},    {"version", 1},
          {"processes", std::move(places)}, {"processes_in_all", survey.places.size()},
          {"left_out", survey.left_out},    {"calibration", as_json(survey.calibration)}};
}

}  // namespace check
