// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/hang/dump.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "lab/go_lock/fork_lock.hpp"
#include "quantity.hpp"

namespace lab::hang {
namespace {

std::string print(Clock::duration time) {
  return print_time(std::chrono::duration<double, std::micro>(time).count());
}

std::string name_frame(StackNames& names, void* address, bool returns) {
  Frame frame = names.at(address, returns);
  frame.function = shorten(frame.function);
  return ::print(frame);
}

std::string print_lock(const WorkerPool& pool, const Dump& dump) {
  if (!dump.lock) return "no ForkLock to wait for\n";
  std::string holders;
  for (const auto& holder : dump.lock->holders) {
    holders += fmt::format("{}#{} for {}", holders.empty() ? "held by " : ", ",
                           pool.number_of(holder.thread), print(holder.held));
  }
  return fmt::format("ForkLock: {}; {} wait; the longest wait so far {}\n",
                     holders.empty() ? "free" : holders, dump.lock->waiters.size(),
                     print(dump.lock->longest));
}

// A worker's state when it answered, if it has continued since.
const Doing& doing_at(Clock::time_point moment, const Doing& before, const Doing& after) {
  return after.since <= moment ? after : before;
}

std::string print_headline(const ThreadSnapshot& worker) {
  return fmt::format("worker {}: {} for {}", worker.number, name(worker.stage),
                     print(worker.lasting));
}

// Waiting workers first; in each stage the longest is at the top.
std::vector<const ThreadSnapshot*> in_order(const Dump& dump) {
  std::vector<const ThreadSnapshot*> workers;
  for (const ThreadSnapshot& worker : dump.present) workers.push_back(&worker);
  std::ranges::sort(workers, [](const ThreadSnapshot* a, const ThreadSnapshot* b) {
    const bool a_waits = a->stage == Stage::waiting_for_lock;
    const bool b_waits = b->stage == Stage::waiting_for_lock;
    if (a_waits != b_waits) return a_waits;
    return a->stage != b->stage ? a->stage < b->stage : a->lasting > b->lasting;
  });
  return workers;
}

}  // namespace

Dump take_dump(const WorkerPool& pool, const forklift::StallMeter& meter) {
  Dump dump;
  if (pool.fork_lock()) dump.lock = pool.fork_lock()->report();
  const std::vector<Doing> before = pool.doing();
  std::vector<forklift::ThreadPlace> places = meter.ask(pool.threads());
  const std::vector<Doing> after = pool.doing();
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Doing& then = doing_at(places[i].at, before[i], after[i]);
    dump.present.push_back({i + 1, then.stage, places[i].at - then.since, std::move(places[i])});
  }
  return dump;
}

std::size_t count_waiting(const Dump& dump) {
  return static_cast<std::size_t>(
      std::ranges::count(dump.present, Stage::waiting_for_lock, &ThreadSnapshot::stage));
}

std::string print_dump(const std::string& title, const WorkerPool& pool, const Dump& dump,
                       StackNames& names) {
  std::string text = fmt::format("\n=== {}: {} of {} workers wait for the ForkLock\n", title,
                                 count_waiting(dump), dump.present.size());
  text += print_lock(pool, dump);
  const auto name = [&names](void* address, bool returns) {
    return name_frame(names, address, returns);
  };
  // Workers of one stage stand together, and only they share stacks.
  std::vector<forklift::StackText> alike;
  const auto workers = in_order(dump);
  for (std::size_t i = 0; i < workers.size(); ++i) {
    alike.push_back({print_headline(*workers[i]), workers[i]->place});
    if (i + 1 < workers.size() && workers[i + 1]->stage == workers[i]->stage) continue;
    text += forklift::print_stacks(alike, name);
    alike.clear();
  }
  return text;
}

std::vector<std::string> name_stack(StackNames& names, const std::vector<void*>& stack) {
  std::vector<std::string> lines;
  for (void* const address : stack) lines.push_back(name_frame(names, address, true));
  return lines;
}

}  // namespace lab::hang
