// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <cxxabi.h>
#include <dlfcn.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <forklift/stall.hpp>

#include "types/quote.hpp"

namespace forklift {
namespace {

using std::chrono::nanoseconds;
using Lines = std::vector<std::string>;

std::string print(nanoseconds time) {
  constexpr const char* units[] = {"ns", "us", "ms", "s"};
  auto number = static_cast<double>(time.count());
  std::size_t unit = 0;
  for (; number >= 999.5 && unit < 3; ++unit) number /= 1000;
  char text[32];
  std::snprintf(text, sizeof text, number < 999.5 ? "%.3g %s" : "%.0f %s", number, units[unit]);
  return text;
}

std::string print(const Histogram& times) {
  return "median " + print(times.quantile(0.5)) + ", 99 % within " + print(times.quantile(0.99)) +
         ", longest " + print(times.longest());
}

std::string hexadecimal(std::uintptr_t number) {
  char text[32];
  std::snprintf(text, sizeof text, "%#zx", number);
  return text;
}

std::string demangle(const char* symbol) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(symbol, nullptr, nullptr, &status), std::free);
  return status == 0 ? text.get() : symbol;
}

std::string word(ForkLock::Side side) {
  return side == ForkLock::Side::launcher ? " as a launcher" : " as a creator";
}

std::string thread_name(pid_t thread) { return "thread " + std::to_string(thread); }

Lines lines_of(const ThreadPlace& place, const FrameName& name) {
  if (place.stack.empty()) {
    return place.kernel.empty() ? Lines{} : Lines{"(did not answer) " + place.kernel};
  }
  Lines lines;
  for (std::size_t i = 0; i < place.stack.size(); ++i) {
    lines.push_back(name(place.stack[i], i > 0 || !place.interrupted));
  }
  return lines;
}

// Threads that share one printed stack.
struct Group {
  Lines lines;
  Lines threads;
};

std::string print(const Group& group) {
  std::string text = "\n";
  for (const std::string& thread : group.threads) text += thread + "\n";
  for (const std::string& line : group.lines) text += "    " + line + "\n";
  return text;
}

std::string where(const StallReport::Launch& launch) {
  std::string text = "'";
  text += name(launch.step);
  text += "'";
  return launch.subject.empty() ? text : text + " " + launch.subject;
}

std::string what(const StallReport::Launch& launch) {
  std::string text = launch.waiting ? thread_name(launch.waiting->thread) : "no thread";
  text += launch.beginning ? ": begins to launch " : ": waits for the launch of ";
  text += launch::quote(launch.program) + " by " + std::string(name(launch.engine)) + ", for " +
          print(launch.lasting);
  if (launch.child >= 0) text += "; child " + std::to_string(launch.child) + " in " + where(launch);
  return text;
}

std::string what(const ForkLock::Wait& wait) {
  return thread_name(wait.thread) + ": waits for the ForkLock" + word(wait.side) + ", for " +
         print(wait.waited);
}

std::string what(const ForkLock::Holder& holder) {
  return thread_name(holder.thread) + ": holds the ForkLock" + word(holder.side) + ", for " +
         print(holder.held);
}

ThreadPlace place_of(const StallReport& report, const ForkLock::Holder& holder) {
  const auto known = std::ranges::find(report.holders, holder.thread, &ThreadPlace::thread);
  return known == report.holders.end() ? ThreadPlace{.thread = holder.thread} : *known;
}

std::vector<StackText> threads_in(const StallReport& report) {
  std::vector<StackText> threads;
  for (const auto& launch : report.launches) {
    threads.push_back({what(launch), launch.waiting.value_or(ThreadPlace{})});
  }
  if (!report.lock) return threads;
  for (const auto& holder : report.lock->holders) {
    threads.push_back({what(holder), place_of(report, holder)});
  }
  for (const auto& wait : report.lock->waiters) {
    threads.push_back({what(wait), {.thread = wait.thread, .stack = wait.stack}});
  }
  return threads;
}

// The ended ones, the longest of each kind.
template <class One>
const One* longest(const std::vector<One>& all, nanoseconds One::*time) {
  const auto most = std::ranges::max_element(all, {}, time);
  return most == all.end() ? nullptr : &*most;
}

std::string print_over(const StallReport& report, const FrameName& name) {
  std::vector<StackText> over;
  if (const auto* const one = longest(report.long_launches, &StallReport::Launch::lasting)) {
    over.push_back({"was: " + what(*one), one->waiting.value_or(ThreadPlace{})});
  }
  if (report.lock) {
    if (const auto* const one = longest(report.lock->long_waits, &ForkLock::Wait::waited)) {
      over.push_back({"was: " + what(*one), {.thread = one->thread, .stack = one->stack}});
    }
    if (const auto* const one = longest(report.lock->long_holds, &ForkLock::Holder::held)) {
      over.push_back({"was: " + what(*one), {.thread = one->thread, .stack = one->stack}});
    }
  }
  if (over.empty()) return "";
  return "\n--- the longest that are over\n" + print_stacks(over, name);
}

std::string print_counts(const StallReport& report) {
  std::string text = std::to_string(report.launched) + " launches are over, " +
                     std::to_string(report.failed) + " of them failed, " +
                     std::to_string(report.long_launches.size()) + " beyond " +
                     print(report.threshold) + "\n";
  if (report.launched != 0) {
    text += "hold: " + print(report.hold) + "\nlaunch: " + print(report.launch) + "\n";
  }
  if (!report.lock) return text;
  const ForkLock::Report& lock = *report.lock;
  return text + "ForkLock: taken " + std::to_string(lock.acquired) + " times, " +
         std::to_string(lock.contended) + " of them after a wait; the longest wait so far " +
         print(lock.longest) + "\n";
}

}  // namespace

std::string name_frame(void* address, bool returns) {
  // The call may be the last instruction of its function.
  const auto number = reinterpret_cast<std::uintptr_t>(address);
  Dl_info known{};
  if (::dladdr(static_cast<char*>(address) - (returns ? 1 : 0), &known) == 0 || !known.dli_fname) {
    return hexadecimal(number);
  }
  if (known.dli_sname) {
    const auto start = reinterpret_cast<std::uintptr_t>(known.dli_saddr);
    return demangle(known.dli_sname) + "+" + hexadecimal(number - start);
  }
  const char* const slash = std::strrchr(known.dli_fname, '/');
  const auto start = reinterpret_cast<std::uintptr_t>(known.dli_fbase);
  return std::string(slash ? slash + 1 : known.dli_fname) + "+" + hexadecimal(number - start);
}

std::string print_stacks(std::span<const StackText> threads, const FrameName& name) {
  constexpr std::size_t most_alone = 8;
  std::vector<Group> all;
  for (const StackText& thread : threads) {
    Lines lines = lines_of(thread.place, name);
    const auto same = std::ranges::find(all, lines, &Group::lines);
    if (threads.size() > most_alone && same != all.end()) {
      same->threads.push_back(thread.what);
    } else {
      all.push_back({std::move(lines), {thread.what}});
    }
  }
  std::string text;
  for (const Group& group : all) text += print(group);
  return text;
}

std::string StallReport::text(const FrameName& name) const {
  const std::size_t waiters = lock ? lock->waiters.size() : 0;
  std::string text = "\n=== launches in flight: " + std::to_string(launches.size()) +
                     "; threads that wait for the ForkLock: " +
                     (lock ? std::to_string(waiters) : "not looked at") + "\n";
  return text + print_counts(*this) + print_stacks(threads_in(*this), name) +
         print_over(*this, name);
}

}  // namespace forklift
