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
  if (!dump.lock) return "no ForkLock: nobody can wait for it\n";
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

std::string print_headline(const Presence& worker) {
  return fmt::format("worker {}: {} for {}", worker.number, name(worker.stage),
                     print(worker.lasting));
}

// Waiting workers first, the longest wait at the top.
std::vector<const Presence*> in_order(const Dump& dump) {
  std::vector<const Presence*> workers;
  for (const Presence& worker : dump.present) workers.push_back(&worker);
  std::ranges::sort(workers, [](const Presence* a, const Presence* b) {
    const bool a_waits = a->stage == Stage::waiting_for_lock;
    const bool b_waits = b->stage == Stage::waiting_for_lock;
    return a_waits != b_waits ? a_waits : a->lasting > b->lasting;
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
      std::ranges::count(dump.present, Stage::waiting_for_lock, &Presence::stage));
}

std::string print_dump(const std::string& title, const WorkerPool& pool, const Dump& dump,
                       StackNames& names) {
  std::string text = fmt::format("\n=== {}: {} of {} workers wait for the ForkLock\n", title,
                                 count_waiting(dump), dump.present.size());
  text += print_lock(pool, dump);
  std::vector<forklift::StackText> workers;
  std::vector<int> stages;
  for (const Presence* const worker : in_order(dump)) {
    workers.push_back({print_headline(*worker), worker->place});
    stages.push_back(static_cast<int>(worker->stage));
  }
  return text + forklift::print_stacks(workers, stages, [&names](void* address, bool returns) {
           return name_frame(names, address, returns);
         });
}

std::vector<std::string> name_stack(StackNames& names, const std::vector<void*>& stack) {
  std::vector<std::string> lines;
  for (void* const address : stack) lines.push_back(name_frame(names, address, true));
  return lines;
}

}  // namespace lab::hang
