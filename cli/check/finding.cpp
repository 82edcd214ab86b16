// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "check/finding.hpp"

#include <fmt/core.h>
#include <pwd.h>
#include <unistd.h>

#include <charconv>
#include <string_view>
#include <thread>

#include "check/advice.hpp"
#include "check/calibrate.hpp"
#include "check/label.hpp"
#include "check/sample.hpp"
#include "process/proc_file.hpp"
#include "advice/advice.hpp"
#include "recording/wording.hpp"

namespace check {
namespace {

// For smaps the kernel visits each small page and holds the memory lock for
// reading meanwhile: a call of the process that maps memory waits for some 30
// ms per GiB.
constexpr std::uint64_t most_for_smaps = std::uint64_t{512} << 20;

struct Known {
  std::optional<std::vector<Mapping>> mappings;
  Basis basis = Basis::sizes;
};

Known know_mappings(const process::Process& process, bool thorough) {
  if (thorough || process.memory.resident <= most_for_smaps) {
    if (auto all = mappings_of(process.pid)) return {std::move(all), Basis::mappings};
  } else if (auto some = sample_mappings(process)) {
    return {std::move(some), Basis::samples};
  }
  return {};
}

void note_basis(const Known& known, std::vector<std::string>& notes) {
  if (known.basis == Basis::samples) {
    notes.push_back(
        "its mappings were sampled, and MADV_DONTFORK was not looked for: --thorough does, but "
        "its calls that map memory may then wait for some 30 ms a GiB");
  } else if (known.basis == Basis::sizes) {
    notes.push_back(
        std::string("its mappings may not be read: huge pages and MADV_DONTFORK may make a fork "
                    "cheaper than said") +
        (::geteuid() == 0 ? "" : "; as root more is known"));
  }
}

// Of "0.51 0.40 0.35 3/241 4711": runnable threads except us.
std::size_t runnable_threads() {
  const std::string text = process::read_file("/proc/loadavg").text;
  std::size_t at = 0;
  for (int word = 0; word < 3; ++word) at = text.find(' ', at) + 1;
  std::size_t count = 0;
  std::from_chars(text.data() + at, text.data() + text.size(), count);
  return count > 0 ? count - 1 : 0;
}

void note_busy_processors(std::vector<std::string>& notes) {
  const std::size_t processors = std::thread::hardware_concurrency();
  const std::size_t runnable = runnable_threads();
  if (runnable < processors) return;
  notes.push_back(
      fmt::format("{} other threads want the {} processors now: a fork has to wait for its share, "
                  "and so takes longer than its own time said here",
                  runnable, processors));
}

void note_namespace(pid_t pid, std::vector<std::string>& notes) {
  const std::string status = process::read_file(process::proc_path(pid, "status")).text;
  const std::string_view ids = process::field(status, "NSpid:");
  const std::size_t last = ids.find_last_of(" \t");
  if (last == std::string_view::npos) return;
  notes.push_back(fmt::format("it lives in a pid namespace of its own, where its id is {}",
                              ids.substr(last + 1)));
}

void note_swap(const process::Process& process, std::vector<std::string>& notes) {
  if (process.memory.swapped == 0) return;
  notes.push_back(fmt::format(
      "{} of it are swapped out: a fork copies those entries, too, one lock after the other",
      print_size(process.memory.swapped)));
}

std::uint64_t kept_from_children(const std::vector<Mapping>& mappings) {
  std::uint64_t bytes = 0;
  for (const Mapping& mapping : mappings) {
    if (mapping.kept_from_children && mapping.is_private) bytes += mapping.resident;
  }
  return bytes;
}

std::uint64_t huge(const std::vector<Mapping>& mappings) {
  std::uint64_t bytes = 0;
  for (const Mapping& mapping : mappings) bytes += mapping.huge;
  return bytes;
}

// Programs with special rules for their memory: a child of Redis needs all of
// it, a JVM has an option.
bool can_madvise(process::Runtime runtime) {
  using process::Runtime;
  return runtime == Runtime::native || runtime == Runtime::go || runtime == Runtime::cpython;
}

std::vector<std::string> advice_for(const Finding& finding) {
  if (is_good(finding.prediction.stall)) return {};
  std::vector<std::string> lines = watch::advice_by_runtime(finding.process);
  if (!can_madvise(finding.process.runtime)) return lines;
  for (std::string& line : advice(finding.prediction)) lines.push_back(std::move(line));
  return lines;
}

}  // namespace

std::string user_name(uid_t user) {
  const passwd* const entry = ::getpwuid(user);
  return entry ? process::printable(entry->pw_name) : std::to_string(user);
}

Finding find_out(pid_t pid, bool thorough) {
  Finding finding;
  finding.process = process::look_at(pid);
  finding.user = user_name(finding.process.user);
  finding.running = process::count_running(pid);
  const Known known = know_mappings(finding.process, thorough);
  if (known.mappings) {
    finding.process.memory.huge += huge(*known.mappings);
    finding.kept_from_children = kept_from_children(*known.mappings);
  }
  note_basis(known, finding.notes);
  note_namespace(pid, finding.notes);
  note_swap(finding.process, finding.notes);
  note_busy_processors(finding.notes);
  finding.calibration = calibrate();
  finding.prediction = predict(finding.process, known.mappings, finding.calibration);
  finding.prediction.basis = known.basis;
  finding.advice = advice_for(finding);
  return finding;
}

}  // namespace check
