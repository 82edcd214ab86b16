// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/hang/explanation.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "quantity.hpp"

namespace lab::hang {
namespace {

using Rule = forklift::ForkLock::Rule;

bool copies_page_tables(const Run& run) {
  return run.contender == "go1.8" || run.contender == "go1.8-fair" || run.contender == "fork";
}

// The time between handovers of the lock, in microseconds: at most a launch's
// hold of it. Not the launch itself, much of which comes after the lock.
double turn(const Run& run) {
  const double each =
      run.seconds * 1e6 / static_cast<double>(std::max<std::size_t>(run.launches, 1));
  return run.rule == Rule::one_at_a_time ? std::min(each, run.own.p50) : run.own.p50;
}

// A launch waited for longer than one earlier launch takes.
bool waited(const Run& run) { return run.lock_wait.max > 2 * turn(run); }

// Most launches waited for at least one earlier launch.
bool one_by_one(const Run& run) { return run.lock_wait.p50 > turn(run); }

std::string most_waiting(const Run& run) {
  if (run.waiting_per_dump.empty()) return "";
  return fmt::format(", {} of {} workers in one dump", std::ranges::max(run.waiting_per_dump),
                     run.workers);
}

std::string times(double ratio) {
  return ratio < 10 ? fmt::format("{:.1f}", ratio) : fmt::format("{:.0f}", ratio);
}

// Copying is visible if the same lock without it is held much shorter.
std::string why(const Run& worst, const std::vector<Run>& runs) {
  if (!copies_page_tables(worst)) return "";
  const auto quicker = [&worst](const Run& run) {
    return run.launches > 0 && !copies_page_tables(run) && 3 * run.own.p50 < worst.own.p50;
  };
  if (std::ranges::none_of(runs, quicker)) {
    return "; whether it is because fork copies page tables, the figures do not show";
  }
  const std::string first = print_size(worst.resident_first);
  const std::string last = print_size(worst.resident_last);
  return fmt::format(", since fork copies the page tables of {} meanwhile",
                     first == last ? first : first + " to " + last);
}

std::string of_worst(const Run& worst, const std::vector<Run>& runs) {
  if (!waited(worst)) {
    return fmt::format(
        "{}: no worker waited for the ForkLock much longer than one launch takes ({} at most), so "
        "these figures do not show the hang; more memory or more workers would.",
        worst.contender, print_time(worst.lock_wait.max));
  }
  return fmt::format(
      "{}: up to {} of waiting for the ForkLock{}; it goes to the next worker every {}{}.",
      worst.contender, print_time(worst.lock_wait.max), most_waiting(worst),
      print_time(turn(worst)), why(worst, runs));
}

std::string of_exclusive(const Run& run, const Run& worst) {
  const double ratio = worst.lock_wait.max / std::max(run.lock_wait.max, 1.0);
  std::string text = fmt::format("\n{}: ", run.contender);
  if (ratio < 2) {
    text += fmt::format("as much waiting ({}), the figures show no gain",
                        print_time(run.lock_wait.max));
  } else {
    text += fmt::format("{} times less ({}), since the lock goes on every {}", times(ratio),
                        print_time(run.lock_wait.max), print_time(turn(run)));
  }
  return text + (one_by_one(run) ? "; launches still go one by one." : ".");
}

std::string of_shared(const Run& run) {
  if (one_by_one(run)) {
    return fmt::format("\n{} shares the lock among launches, yet they waited up to {}.",
                       run.contender, print_time(run.lock_wait.max));
  }
  return fmt::format("\n{} shares the lock among launches: {} at the median, {} at most.",
                     run.contender, print_time(run.lock_wait.p50), print_time(run.lock_wait.max));
}

std::string of_free(const Run& run, const Run* other) {
  std::string text = fmt::format("\n{} takes no lock", run.contender);
  if (!other || run.launch.p99 <= 0) return text + ".";
  const double ratio = other->launch.p99 / run.launch.p99;
  const std::string compared = ratio > 1.1   ? times(ratio) + " times less than"
                               : ratio < 0.9 ? times(1 / ratio) + " times more than"
                                             : "about as much as";
  return text + fmt::format(": its p99 launch takes {}, {} that of {}.", print_time(run.launch.p99),
                            compared, other->contender);
}

// A real runtime shows whole launches, which prove nothing about the lock.
std::string of_runtime(const Run& run) {
  return fmt::format("\n{} ({}): a launch took {} at the median and up to {}.", run.contender,
                     run.runtime, print_time(run.launch.p50), print_time(run.lock_wait.max));
}

}  // namespace

std::string explain(const std::vector<Run>& runs) {
  const Run* worst = nullptr;
  const Run* last_locked = nullptr;
  for (const Run& run : runs) {
    if (!run.rule || run.launches == 0 || run.waits_are_launches) continue;
    if (!worst || run.lock_wait.max > worst->lock_wait.max) worst = &run;
    last_locked = &run;
  }
  if (!worst) {
    const auto launched = [](const Run& run) { return run.launches > 0; };
    return std::ranges::any_of(runs, launched) ? "No contender here takes the ForkLock." : "";
  }
  std::string text = of_worst(*worst, runs);
  for (const Run& run : runs) {
    if (&run == worst || run.launches == 0) continue;
    if (run.waits_are_launches) {
      text += of_runtime(run);
    } else if (!run.rule) {
      text += of_free(run, last_locked);
    } else {
      text += run.rule == Rule::together ? of_shared(run) : of_exclusive(run, *worst);
    }
  }
  return text;
}

}  // namespace lab::hang
