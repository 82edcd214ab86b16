// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// The beginning and the end of a report: the target, how it was watched, the
// verdicts, and how reliable they are.
#include <fmt/core.h>

#include <algorithm>

#include "watch/report/text/sections.hpp"
#include "watch/verdict/rules.hpp"
#include "recording/wording.hpp"

namespace watch::text {
namespace {

const char* meaning(Backend backend) {
  switch (backend) {
    case Backend::tracing: return "every event is seen, with its cause";
    case Backend::perf: return "every event is seen, causes are inferred";
    case Backend::sampling:
      return "looked at /proc some hundred times a second, short events are missed";
    case Backend::prediction: return "nothing was attached, what a fork would cost is predicted";
  }
  return "";
}

std::string ended(Footer::Reason reason) {
  switch (reason) {
    case Footer::Reason::time: return "until the time was up";
    case Footer::Reason::interrupted: return "until it was interrupted";
    case Footer::Reason::target_ended: return "until it ended";
  }
  return "";
}

std::string runtime(const process::Process& process) {
  std::string version = process.runtime_version;
  if (process.runtime == process::Runtime::go && version.starts_with("go")) version.erase(0, 2);
  return name(process.runtime) + (version.empty() ? "" : " " + version);
}

std::string accuracy(const Source& source) {
  return fmt::format("{}{}", source.exact ? "" : "≈ ",
                     source.resolution > Nanoseconds{}
                         ? "to within " + say(source.resolution)
                         : (source.exact ? "exact" : "sampled or inferred"));
}

}  // namespace

void put_backend(Page& page, const Subject& subject) {
  const Header& header = subject.recording.header;
  std::string text = fmt::format("Seen by {}{}: {}.", name(header.backend),
                                 header.detail ? " in detail" : "", meaning(header.backend));
  for (const Unavailability& unavailability : header.obstacles) {
    text += fmt::format(" For {}: {} ({}).", name(unavailability.backend), unavailability.remedy,
                        unavailability.reason);
  }
  page.paragraph("", text);
}

void put_target(Page& page, const Subject& subject) {
  const auto& [header, footer] = std::tie(subject.recording.header, subject.recording.footer);
  const process::Process& target = header.target;
  page.blank();
  page.strong(
      "", fmt::format("{}, pid {}, {}: {}, {} resident, {} of page tables", target.name, target.pid,
                      runtime(target), say_several(target.threads, "thread"),
                      print_size(target.memory.resident), print_size(target.memory.page_tables)));
  if (!target.command.empty() && target.command != target.name) {
    page.line(shorten(target.command, width));
  }
  page.paragraph("", header.machine);
  page.paragraph("", fmt::format("watched for {} from {}, {}", say(subject.analysis.watched),
                                 header.begun, ended(footer.reason)));
}

void put_verdicts(Page& page, const Subject& subject) {
  page.title("VERDICT");
  if (subject.verdicts.empty()) {
    page.paragraph("  ", "Nothing was watched that could be judged.");
  }
  for (const Verdict& verdict : subject.verdicts) {
    page.strong("  * ",
                fmt::format("{} [{} confidence]", verdict.sentence, name(verdict.confidence)));
    for (const std::string& line : verdict.evidence) page.paragraph("      - ", line);
  }
}

void put_advice(Page& page, const Subject& subject) {
  std::vector<std::string> lines;
  for (const Verdict& verdict : subject.verdicts) {
    for (const std::string& line : verdict.advice) {
      if (std::ranges::find(lines, line) == lines.end()) lines.push_back(line);
    }
  }
  if (lines.empty()) return;
  page.title("WHAT TO DO");
  for (const std::string& line : lines) page.paragraph("  - ", line);
}

void put_sources(Page& page, const Subject& subject) {
  const auto& sources = subject.recording.header.sources;
  if (sources.empty()) return;
  page.title("WHERE THE FIGURES COME FROM (≈ marks what is sampled or inferred)");
  for (const Source& source : sources) {
    std::string figure = name(source.figure);
    std::ranges::replace(figure, '_', ' ');
    page.row(figure, source.from + ", " + accuracy(source));
  }
}

void put_notices(Page& page, const Subject& subject) {
  if (subject.recording.notices.empty()) return;
  page.title("TO BE KNOWN");
  for (const Notice& notice : subject.recording.notices) {
    const Nanoseconds at = notice.at - subject.recording.header.begin;
    const std::string count = notice.count > 1 ? fmt::format(" ({} times)", notice.count) : "";
    page.paragraph("  - ", fmt::format("{}{}, at {}", notice.text, count, say(at)));
  }
}

void put_overhead(Page& page, const Subject& subject) {
  const auto& [header, footer] = std::tie(subject.recording.header, subject.recording.footer);
  if (header.backend == Backend::prediction) return;
  page.title("WHAT WATCHING COST");
  const double watched = rules::seconds(subject.analysis.watched);
  const auto of_one = [&](Nanoseconds time) {
    return watched > 0
               ? fmt::format(" ({} of one processor)", say_share(rules::seconds(time) / watched))
               : std::string();
  };
  page.row("its own", fmt::format("{} of processor time{}, {} of memory, {} to attach",
                                  say(footer.own_time), of_one(footer.own_time),
                                  print_size(footer.own_memory), say(header.attaching)));
  if (footer.hook_runs == 0) return;
  page.row("in hooks",
           fmt::format("{}{} in {} on the whole machine, {} each", say(footer.hook_time),
                       of_one(footer.hook_time), say_several(footer.hook_runs, "run"),
                       fmt::format("{} ns", footer.hook_time.count() /
                                                static_cast<std::int64_t>(footer.hook_runs))));
}

}  // namespace watch::text
