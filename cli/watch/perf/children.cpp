// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/perf/children.hpp"

#include <utility>

namespace watch::perf {

void Children::born(const Record& forked) {
  Child child;
  child.exec.child = forked.child;
  child.born = forked.at;
  children_[forked.child] = child;
}

void Children::execve_entered(const Record& record) {
  const auto found = children_.find(record.process);
  if (found != children_.end()) found->second.execve = record.at;
}

bool Children::settle(const Record& record, bool done) {
  const auto found = children_.find(record.process);
  if (found == children_.end() || found->second.over) return false;
  auto& child = found->second;
  child.over = true;
  child.exec.at = record.at;
  child.exec.since_call = record.at - child.born;
  child.exec.done = done;
  if (done && child.execve) child.exec.in_exec = record.at - *child.execve;
  if (done) child.exec.program = program_of_(record.process);
  pass_on(found);
  return true;
}

bool Children::executed(const Record& record) { return settle(record, true); }

bool Children::ended(const Record& record) {
  return record.thread == record.process && settle(record, false);
}

void Children::numbered(const Call& call) {
  const auto found = children_.find(call.child);
  if (found == children_.end() || found->second.numbered) return;
  found->second.exec.call = call.number;
  found->second.numbered = true;
  pass_on(found);
}

void Children::pass_on(std::map<pid_t, Child>::iterator child) {
  if (!child->second.over || !child->second.numbered) return;
  complete_.push_back(child->second.exec);
  children_.erase(child);
}

std::vector<Exec> Children::take() { return std::exchange(complete_, {}); }

std::vector<Exec> Children::take_rest() {
  auto all = take();
  for (const auto& [pid, child] : children_) {
    if (child.over) all.push_back(child.exec);
  }
  children_.clear();
  return all;
}

}  // namespace watch::perf
