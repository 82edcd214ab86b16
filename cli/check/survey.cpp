// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "check/survey.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "check/calibrate.hpp"
#include "check/finding.hpp"
#include "check/label.hpp"
#include "check/report.hpp"
#include "process/proc_file.hpp"
#include "refusal.hpp"

namespace check {
namespace {

using std::chrono::steady_clock;

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

// The mappings are read where this is cheap, since huge pages make a difference
// to those alone that have much memory of their own, but not to most.
bool is_worth_a_look(const process::Memory& memory) {
  constexpr std::uint64_t mebibyte = 1U << 20;
  return memory.anonymous >= 32 * mebibyte && memory.resident <= 1024 * mebibyte;
}

Place place(process::Process process, std::string user, const watch::Calibration& calibration,
            bool has_time) {
  std::optional<std::vector<Mapping>> mappings;
  if (has_time && is_worth_a_look(process.memory)) mappings = mappings_of(process.pid);
  const Prediction prediction = predict(process, mappings, calibration);
  return {std::move(process), std::move(user), prediction};
}

std::string runtime_text(const process::Process& process) {
  if (process.executable.empty() && process.runtime == process::Runtime::native) return "?";
  const std::string& version = process.runtime_version;
  const std::string name = process::name(process.runtime);
  return version.starts_with(name) || version.empty() ? (version.empty() ? name : version)
                                                      : name + " " + version;
}

// The path of the program says less than its arguments.
std::string short_command(const std::string& command) {
  const std::size_t program_end = std::min(command.find(' '), command.size());
  const std::size_t slash = command.rfind('/', program_end);
  return slash == std::string::npos || slash + 1 == program_end ? command
                                                                : command.substr(slash + 1);
}

std::string line(const Place& place) {
  const process::Process& process = place.process;
  const std::string descriptors =
      process.descriptors ? fmt::format("{}", *process.descriptors) : "?";
  return fmt::format("{:>7} {:<10} {:<14} {:>9} {:>9} {:>7} {:>6} {:>9}{} {}\n", process.pid,
                     cut(place.user, 10), cut(runtime_text(process), 14),
                     size_text(process.memory.resident), size_text(process.memory.page_tables),
                     process.threads, descriptors, time_text(place.prediction.stall),
                     place.prediction.at_most ? "<" : " ", cut(short_command(process.command), 18));
}

std::string remarks(const Survey& survey, std::size_t shown) {
  std::string text;
  const auto is_bounded = [](const Place& place) { return place.prediction.at_most; };
  if (std::any_of(survey.places.begin(), survey.places.begin() + static_cast<std::ptrdiff_t>(shown),
                  is_bounded)) {
    text +=
        "<  at most: by its sizes alone, since its mappings are too many to look at, or may not "
        "be read\n";
  }
  if (survey.left_out > 0) {
    text += fmt::format("{} processes were left out: time was up\n", survey.left_out);
  }
  return text;
}

nlohmann::json as_json(const Place& place) {
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
                         {"at_most", place.prediction.at_most},
                         {"rating", rating(place.prediction.stall)},
                         {"command", process.command}};
  json["descriptors"] = process.descriptors ? nlohmann::json(*process.descriptors) : nullptr;
  return json;
}

}  // namespace

Survey survey(std::chrono::milliseconds patience) {
  Survey result{.places = {}, .left_out = 0, .calibration = calibrate()};
  Users users;
  const auto end = steady_clock::now() + patience;
  for (const pid_t pid : process::all_ids()) {
    const bool has_time = steady_clock::now() < end;
    if (!has_time) ++result.left_out;
    auto found = has_time ? look_if_it_is_one(pid) : std::nullopt;
    if (!found) continue;
    std::string user = users.name(found->user);
    result.places.push_back(
        place(std::move(*found), std::move(user), result.calibration, steady_clock::now() < end));
  }
  std::ranges::stable_sort(result.places, std::greater(),
                           [](const Place& place) { return place.prediction.stall; });
  return result;
}

std::string text(const Survey& survey, std::size_t top) {
  std::string text =
      fmt::format("{:>7} {:<10} {:<14} {:>9} {:>9} {:>7} {:>6} {:>9}  {}\n", "pid", "user",
                  "runtime", "resident", "tables", "threads", "fds", "one fork", "command");
  const std::size_t shown = std::min(top, survey.places.size());
  for (std::size_t i = 0; i < shown; ++i) text += line(survey.places[i]);
  text += fmt::format("\n{} of {} processes; calibrated: {}\n", shown, survey.places.size(),
                      check::text(survey.calibration));
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
