// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// The figures: the calls, the threads they blocked, and the aftermath.
#include <fmt/core.h>
#include <string.h>

#include <algorithm>

#include "recording/clone_flags.hpp"
#include "watch/report/text/sections.hpp"
#include "watch/verdict/rules.hpp"
#include "watch/verdict/thresholds.hpp"
#include "recording/wording.hpp"

namespace watch::text {
namespace {

using rules::mark, rules::seconds;

// Lengths of lists; the JSON has all entries.
constexpr std::size_t most_places = 5;
constexpr std::size_t most_programs = 5;
// A process that is never copied has some, too.
constexpr double few_faults = 50;

std::string failures(const Group& group) {
  std::string text;
  for (const auto& [error, count] : group.errors) {
    text += fmt::format(", {} failed ({})", count, ::strerror(error));
  }
  return text;
}

std::string title(const Group& group, const Analysis& analysis) {
  std::string text = fmt::format("{}: {}", group.kind, say_several(group.calls, "call"));
  if (const double watched = seconds(analysis.watched); watched > 0) {
    text += fmt::format(", {} a second", print_count(static_cast<double>(group.calls) / watched));
  }
  text += failures(group);
  if (group.cut > 0) text += fmt::format(", {} had begun before", group.cut);
  if (group.restarts > 0) text += ", " + say_several(group.restarts, "restart") + " by signals";
  return text;
}

void put_flags(Page& page, const Group& group) {
  constexpr std::size_t most = 3;
  for (std::size_t i = 0; i < std::min(group.flags.size(), most); ++i) {
    page.row(i == 0 ? "flags" : "", flag_names(group.flags[i]));
  }
  if (group.flags.size() > most) {
    page.row("", fmt::format("and {} more", group.flags.size() - most));
  }
}

constexpr std::size_t name_width = 28;
constexpr std::size_t time_width = 13;

void put_row_of_table(Page& page, const std::string& name,
                      std::initializer_list<std::string> cells) {
  std::string text = "  " + left(name, name_width);
  for (const std::string& cell : cells) text += right(cell, time_width);
  page.line(text);
}

void put_times(Page& page, const std::string& name, const std::string& mark,
               const std::optional<Spread>& spread) {
  if (!spread || spread->max == Nanoseconds{}) return;
  const auto cell = [&mark](Nanoseconds time) { return mark + say(time); };
  put_row_of_table(page, name,
                   {cell(spread->p50), cell(spread->p99), cell(spread->max), cell(spread->total)});
}

void put_table(Page& page, const Group& group, const Recording& recording) {
  put_row_of_table(page, "", {"median", "p99", "at most", "in all"});
  put_times(page, "time", mark(recording, Figure::duration), group.time);
  put_times(page, "until the caller ran again", mark(recording, Figure::duration), group.until_ran);
  const std::string on_cpu = mark(recording, Figure::on_cpu);
  put_times(page, "  on a processor", on_cpu, group.on_cpu);
  put_times(page, "  off it", on_cpu, group.off_cpu);
  put_times(page, "    only waiting for one", on_cpu, group.runnable);
  const std::string lock = mark(recording, Figure::memory_lock);
  put_times(page, "  until the memory lock", lock, group.lock_wait);
  put_times(page, "  holding it", lock, group.lock_held);
}

std::string range(const std::string& median, const std::string& most) {
  return median == most ? median : median + " (at most " + most + ")";
}

void put_size(Page& page, const Group& group) {
  if (!group.median) return;
  const Size &median = *group.median, &most = *group.most;
  std::string text =
      fmt::format("{} of page tables, {} resident",
                  range(print_size(median.page_tables), print_size(most.page_tables)),
                  range(print_size(median.resident), print_size(most.resident)));
  if (most.swapped > 0) {
    text +=
        fmt::format(", {} swapped", range(print_size(median.swapped), print_size(most.swapped)));
  }
  const auto number = [](std::size_t count) { return print_count(static_cast<double>(count)); };
  text += fmt::format(", {} threads, {} descriptors, {} mappings",
                      range(number(median.threads), number(most.threads)),
                      range(number(median.descriptors), number(most.descriptors)),
                      range(number(median.mappings), number(most.mappings)));
  page.row("size then", text);
}

void put_pace(Page& page, const Group& group, const Recording& recording) {
  if (!group.ms_per_mebibyte || !group.copying.value_or(true)) return;
  std::string text = fmt::format("{:.3g} ms per MiB of page tables", *group.ms_per_mebibyte);
  if (const auto& calibration = recording.header.calibration) {
    text += fmt::format(" ({:.3g} ms in a process of our own)",
                        static_cast<double>(calibration->per_megabyte.count()) / 1e6);
  }
  page.row("pace", text);
}

void put_histogram(Page& page, const Group& group) {
  if (group.histogram.size() < 2) return;
  constexpr std::size_t bar_width = 50;
  const std::size_t most = std::ranges::max(group.histogram, {}, &Bin::count).count;
  for (const Bin& bin : group.histogram) {
    const Nanoseconds from = bin.below / 2;
    const std::string limits = right(from < std::chrono::microseconds(1) ? "0" : say(from), 8) +
                               " to " + right(say(bin.below), 8);
    const double share = static_cast<double>(bin.count) / static_cast<double>(most);
    page.line(
        fmt::format("  {}  {} {}", limits, left(bar(share, bar_width), bar_width),
                    right(bin.count == 0 ? "" : print_count(static_cast<double>(bin.count)), 8)));
  }
}

void put_places(Page& page, const Group& kind, const Analysis& analysis) {
  std::size_t shown = 0;
  std::size_t more = 0;
  for (const Group& place : analysis.places) {
    if (place.kind != kind.kind || place.stack.empty()) continue;
    if (++shown > most_places) {
      ++more;
      continue;
    }
    const std::string blocked =
        place.victims.events == 0 ? "" : ", blocked others for " + say(place.victims.time.total);
    page.row(shown == 1 ? "called at" : "and at", say(place.stack, 3 * width / 2));
    page.row("", fmt::format("{}, {} at most{}", say_several(place.calls, "call"),
                             say(place.stall.max), blocked));
  }
  if (more > 0) page.row("", fmt::format("and from {} more", say_several(more, "place")));
}

void put_group(Page& page, const Group& group, const Subject& subject) {
  const auto& [recording, analysis, verdicts] = subject;
  page.strong("  ", title(group, analysis));
  put_flags(page, group);
  put_size(page, group);
  put_pace(page, group, recording);
  put_places(page, group, analysis);
  put_table(page, group, recording);
  put_histogram(page, group);
}

std::string where(const BlockedAt& place) {
  return place.stack.empty() ? "" : "  " + say(place.stack, 54);
}

}  // namespace

void put_calls(Page& page, const Subject& subject) {
  const auto& kinds = subject.analysis.kinds;
  if (kinds.empty()) return;
  page.title("CALLS");
  for (const Group& group : kinds) {
    if (&group != &kinds.front()) page.blank();
    put_group(page, group, subject);
  }
}

void put_victims(Page& page, const Subject& subject) {
  const Victims& victims = subject.analysis.victims;
  if (victims.all.events == 0) return;
  page.title("BLOCKED BY THESE CALLS (they waited for the memory lock that a copying call held)");
  page.row("in all",
           fmt::format("{}{} in {} of {}, {} at most", mark(subject.recording, Figure::memory_lock),
                       say(victims.all.time.total), say_several(victims.all.events, "wait"),
                       say_several(victims.all.threads, "thread"), say(victims.all.time.max)));
  page.row("per call",
           fmt::format("{} at once on average; the worst call blocked them for {} in all",
                       say_several(static_cast<std::size_t>(victims.per_call + 0.5), "thread"),
                       say(victims.worst_call)));
  const auto& places = victims.places;
  for (std::size_t i = 0; i < std::min(places.size(), most_places); ++i) {
    const Blocked& blocked = places[i].blocked;
    page.line(fmt::format("  {}  {} in {} {}", left(places[i].thread_name, 16),
                          right(say(blocked.time.total), 8),
                          right(say_several(blocked.events, "wait"), 10), where(places[i])));
  }
  if (places.size() > most_places) {
    page.line(fmt::format("  and {}", say_several(places.size() - most_places, "more place")));
  }
}

void put_meanwhile(Page& page, const Subject& subject) {
  const Analysis& analysis = subject.analysis;
  if (analysis.meanwhile.empty() && analysis.lock_outside.events == 0) return;
  page.title("WAITED FOR OTHER REASONS (what coincides with a call need not be its doing)");
  const auto put = [&](const std::string& reason, const Blocked& blocked, Figure figure,
                       const char* remark) {
    page.row(reason,
             fmt::format("{}{} in {} of {}, {} at most{}", mark(subject.recording, figure),
                         say(blocked.time.total), say_several(blocked.events, "wait"),
                         say_several(blocked.threads, "thread"), say(blocked.time.max), remark));
  };
  for (const auto& [reason, blocked] : analysis.meanwhile) {
    std::string words = name(reason);
    std::ranges::replace(words, '_', ' ');
    put(words, blocked, Figure::other_waits, " while a call was under way");
  }
  if (analysis.lock_outside.events > 0) {
    put("memory lock", analysis.lock_outside, Figure::memory_lock,
        ", held by no copying call: mmap, munmap, faults");
  }
  page.row("fork explains", fmt::format("{} of {} for which threads, callers too, were held up",
                                        say_share(analysis.explained_share),
                                        say(analysis.blocked + analysis.all.stall.total)));
}

void put_after(Page& page, const Subject& subject) {
  const auto& after = subject.analysis.after;
  if (!after ||
      (after->per_call < few_faults && after->without_call < threshold::faults_without_call &&
       after->fault_time.value_or(Nanoseconds{}) == Nanoseconds{})) {
    return;
  }
  const Recording& recording = subject.recording;
  page.title("AFTER THE CALLS (the first write to each copied page)");
  page.row("copy faults",
           fmt::format("{}{}, {} per call; {} a second before the first call",
                       mark(recording, Figure::copy_faults), print_count(after->copy_faults),
                       print_count(after->per_call), print_count(after->before_per_second)));
  if (after->fault_time.value_or(Nanoseconds{}) > Nanoseconds{}) {
    page.row("their time", fmt::format("{}{} of processors in page faults, beside {} in the calls",
                                       mark(recording, Figure::fault_time), say(*after->fault_time),
                                       say(std::max(after->call_time.value_or(Nanoseconds{}),
                                                    subject.analysis.copying.stall.total))));
  }
  if (after->per_second.size() > 1) {
    page.row("over time", sparkline(after->per_second, 60) + "  up to " +
                              print_count(std::ranges::max(after->per_second)) + " a second");
  }
}

void put_children(Page& page, const Subject& subject) {
  const auto& children = subject.analysis.children;
  if (children.empty()) return;
  page.title("CHILDREN");
  for (std::size_t i = 0; i < std::min(children.size(), most_programs); ++i) {
    const Children& each = children[i];
    std::string text = each.program.empty() ? "" : shorten(each.program, 50) + ": ";
    if (each.executed > 0) {
      text += fmt::format("{}{} until it ran (median), {} at most",
                          mark(subject.recording, Figure::child), say(each.to_exec.p50),
                          say(each.to_exec.max));
    }
    if (each.in_exec.count > 0) {
      text += fmt::format("; of that {} in execve, {} at most", say(each.in_exec.p50),
                          say(each.in_exec.max));
    }
    if (each.exited > 0) {
      text += fmt::format("{}{} ended without executing anything", each.executed > 0 ? "; " : "",
                          print_count(static_cast<double>(each.exited)));
    }
    page.row(print_count(static_cast<double>(each.executed + each.exited)) +
                 (each.copied ? " copied" : " shared"),
             text);
  }
  if (children.size() > most_programs) {
    page.row("",
             fmt::format("and {}", say_several(children.size() - most_programs, "more program")));
  }
}

void put_fork_lock(Page& page, const Subject& subject) {
  const auto& figures = subject.analysis.fork_lock;
  if (!figures) return;
  page.title("FORKLOCK");
  page.row("held",
           fmt::format("{}{} of {}, {} without a break at least",
                       mark(subject.recording, Figure::fork_lock), say_share(figures->held_share),
                       say_several(figures->looks, "look"), say(figures->longest_held)));
  page.row("at once",
           fmt::format("up to {} queued, up to {}", say_several(figures->most_queued, "launcher"),
                       say_several(figures->most_readers, "reader")));
}

}  // namespace watch::text
