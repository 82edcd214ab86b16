// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/hang/dump.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "quantity.hpp"

namespace lab::hang {
namespace {

using Lines = std::vector<std::string>;

std::string print(Clock::duration time) {
  return print_time(std::chrono::duration<double, std::micro>(time).count());
}

std::string print_lock(const Crew& crew, const Dump& dump) {
  if (!dump.lock) return "no ForkLock: nobody can wait for it\n";
  std::string holders;
  for (const auto& holder : dump.lock->holders) {
    holders += fmt::format("{}#{} for {}", holders.empty() ? "held by " : ", ",
                           crew.number_of(holder.thread), print(holder.held));
  }
  return fmt::format("ForkLock: {}; {} wait; the longest wait so far {}\n",
                     holders.empty() ? "free" : holders, dump.lock->waiters.size(),
                     print(dump.lock->longest));
}

Lines lines_below(const Presence& worker, StackNames& names) {
  if (worker.stack.empty()) return {"(did not answer) " + worker.kernel};
  return name_stack(names, worker.stack, true);
}

// Workers that one stack is printed for.
struct Group {
  Stage stage;
  Lines lines;
  std::vector<const Presence*> workers;
};

std::vector<Group> group(const std::vector<const Presence*>& workers, StackNames& names) {
  constexpr std::size_t most_alone = 8;
  std::vector<Group> groups;
  for (const Presence* const worker : workers) {
    Lines lines = lines_below(*worker, names);
    const auto same = std::ranges::find_if(groups, [&](const Group& known) {
      return known.stage == worker->stage && known.lines == lines;
    });
    if (workers.size() > most_alone && same != groups.end()) {
      same->workers.push_back(worker);
    } else {
      groups.push_back({worker->stage, std::move(lines), {worker}});
    }
  }
  return groups;
}

std::string print(const Group& group) {
  std::string text = "\n";
  for (const Presence* const worker : group.workers) {
    text += fmt::format("worker {}: {} for {}\n", worker->number, name(worker->stage),
                        print(worker->lasting));
  }
  for (const std::string& line : group.lines) text += "    " + line + "\n";
  return text;
}

// Who waits comes first, the longest of all at the top.
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

Dump take_dump(const Crew& crew, RollCall& roll) {
  Dump dump;
  if (crew.fork_lock()) dump.lock = crew.fork_lock()->report();
  dump.present = roll.call();
  return dump;
}

std::size_t count_waiting(const Dump& dump) {
  return static_cast<std::size_t>(
      std::ranges::count(dump.present, Stage::waiting_for_lock, &Presence::stage));
}

std::string print_dump(const std::string& title, const Crew& crew, const Dump& dump,
                       StackNames& names) {
  std::string text = fmt::format("\n=== {}: {} of {} workers wait for the ForkLock\n", title,
                                 count_waiting(dump), dump.present.size());
  text += print_lock(crew, dump);
  for (const Group& alike : group(in_order(dump), names)) text += print(alike);
  return text;
}

std::vector<std::string> name_stack(StackNames& names, const std::vector<void*>& stack,
                                    bool interrupted) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < stack.size(); ++i) {
    Frame frame = names.at(stack[i], i > 0 || !interrupted);
    frame.function = shorten(frame.function);
    lines.push_back(::print(frame));
  }
  return lines;
}

}  // namespace lab::hang
