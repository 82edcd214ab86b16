// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <algorithm>

#include "watch/analysis/parts.hpp"

namespace watch {
namespace {

Children figures(const std::vector<const Exec*>& execs) {
  Children children;
  std::vector<Nanoseconds> to_exec, before_exec, in_exec;
  for (const Exec* const exec : execs) {
    ++(exec->done ? children.executed : children.exited);
    if (!exec->done) continue;
    to_exec.push_back(exec->since_call);
    if (!exec->in_exec) continue;
    in_exec.push_back(*exec->in_exec);
    before_exec.push_back(exec->since_call - *exec->in_exec);
  }
  children.to_exec = spread(std::move(to_exec));
  children.before_exec = spread(std::move(before_exec));
  children.in_exec = spread(std::move(in_exec));
  return children;
}

}  // namespace

std::vector<Children> children(const Recording& recording, const CallIndex& index) {
  std::map<std::pair<std::string, bool>, std::vector<const Exec*>> all;
  for (const Exec& exec : recording.execs) {
    const Call* const call = index.find(exec.call);
    all[{exec.program, call && may_copy(*call)}].push_back(&exec);
  }
  std::vector<Children> groups;
  for (const auto& [named, execs] : all) {
    groups.push_back(figures(execs));
    std::tie(groups.back().program, groups.back().copied) = named;
  }
  std::ranges::stable_sort(groups, std::greater<>{},
                           [](const Children& each) { return each.executed + each.exited; });
  return groups;
}

std::optional<ForkLockFigures> fork_lock(const Recording& recording) {
  ForkLockFigures figures;
  std::size_t held = 0;
  for (const ForkLockSample& sample : recording.fork_lock) {
    figures.looks += sample.looks;
    held += sample.looks_held;
    figures.longest_held = std::max(figures.longest_held, sample.longest_held);
    figures.most_readers = std::max(figures.most_readers, sample.most_readers);
    figures.most_queued = std::max(figures.most_queued, sample.most_queued);
  }
  bool is_seen = figures.looks > 0;
  for (const Call& call : recording.calls) {
    if (!call.fork_lock) continue;
    is_seen = true;
    figures.most_readers = std::max(figures.most_readers, call.fork_lock->readers);
    figures.most_queued = std::max(figures.most_queued, call.fork_lock->queued);
  }
  if (!is_seen) return std::nullopt;
  if (figures.looks > 0) {
    figures.held_share = static_cast<double>(held) / static_cast<double>(figures.looks);
  }
  return figures;
}

}  // namespace watch
