// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Pairs the entry and exit records of creating calls by thread. The flags are
// an argument, except those of clone3, which are in memory: they are read from
// the copied stack or the live process. Signals restart calls, some calls began
// before us, and clone also creates threads, whose calls are dropped.

#include "watch/perf/calls.hpp"

#include <linux/sched.h>
#include <sched.h>
#include <sys/uio.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <utility>

namespace watch::perf {
namespace {

// The kernel's internal results after a signal: the call restarts.
constexpr std::int64_t restarts[] = {-512, -513, -514, -516};

// The suspended caller wakes shortly before the record of the exec.
constexpr Nanoseconds exec_wakes_before = std::chrono::milliseconds(2);

std::optional<clone_args> from_stack(const Record& record) {
  const std::uint64_t at = record.value - stack_pointer(record.registers);
  clone_args arguments{};
  if (at > record.stack.size() || record.stack.size() - at < sizeof arguments) return std::nullopt;
  std::memcpy(&arguments, record.stack.data() + at, sizeof arguments);
  return arguments;
}

std::optional<clone_args> from_memory(const Record& record, pid_t pid) {
  clone_args arguments{};
  iovec here{.iov_base = &arguments, .iov_len = sizeof arguments};
  iovec there{.iov_base = reinterpret_cast<void*>(record.value), .iov_len = sizeof arguments};
  const bool whole = process_vm_readv(pid, &here, 1, &there, 1, 0) == sizeof arguments;
  return whole ? std::optional(arguments) : std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> flags_of(const Record& entered, pid_t pid) {
  switch (entered.function) {
    case Function::fork: return SIGCHLD;
    case Function::vfork: return CLONE_VM | CLONE_VFORK | SIGCHLD;
    case Function::clone: return entered.value & 0xffffffff;
    case Function::execve: return std::nullopt;
    case Function::clone3: break;
  }
  auto arguments = from_stack(entered);
  if (!arguments) arguments = from_memory(entered, pid);
  if (!arguments) return std::nullopt;
  return arguments->flags | arguments->exit_signal;
}

Call* Calls::entered(const Record& record, std::optional<std::uint64_t> flags) {
  seen_.insert(record.thread);
  auto& open = open_[record.thread];
  if (std::exchange(open.interrupted, false)) {
    ++open.call.restarts;
    return nullptr;
  }
  open = Open{};
  open.call.thread = record.thread;
  open.call.function = name(record.function);
  open.call.flags = flags;
  open.call.begin = record.at;
  open.thread = flags && (*flags & CLONE_THREAD) != 0;
  return &open.call;
}

void Calls::made_thread(const Record& forked) {
  seen_.insert(forked.child);
  const auto found = open_.find(forked.thread);
  if (found != open_.end()) found->second.thread = true;
}

void Calls::made_child(const Record& forked) {
  const auto found = open_.find(forked.thread);
  if (found != open_.end()) found->second.call.child = forked.child;
}

void Calls::child_is_off(pid_t child, Nanoseconds at) {
  for (auto& [thread, open] : open_) {
    if (open.call.child == child) open.child_off = at;
  }
}

void Calls::was_off(const OffCpu& off) {
  const auto found = open_.find(off.thread);
  if (found == open_.end()) return;
  auto& open = found->second;
  const auto within = std::min(off.length(), off.end - open.call.begin);
  open.off += within;
  if (off.preempted) open.runnable += within;
  if (!off.preempted) open.slept_until = off.end;
}

Call Calls::finish(Open& open, Nanoseconds at) {
  auto& call = open.call;
  call.duration = at - call.begin;
  call.off_cpu = open.off;
  call.runnable = open.runnable;
  const bool suspended = open.child_off && open.slept_until >= *open.child_off - exec_wakes_before;
  if (!call.flags && suspended) call.flags = CLONE_VM | CLONE_VFORK | SIGCHLD;
  return std::move(call);
}

// A thread returns from its own creation, too, but with 0.
std::optional<Call> Calls::begun_before_us(const Record& record) const {
  const auto result = static_cast<std::int64_t>(record.value);
  if (seen_.contains(record.thread) || result == 0) return std::nullopt;
  if (std::ranges::find(restarts, result) != std::end(restarts)) return std::nullopt;
  Call call;
  call.thread = record.thread;
  call.function = name(record.function);
  const bool argument_needed =
      record.function == Function::clone || record.function == Function::clone3;
  if (!argument_needed) call.flags = flags_of(record, 0);
  call.begin = begin_;
  call.duration = std::max(Nanoseconds{}, record.at - begin_);
  call.cut = true;
  return call;
}

std::optional<Call> Calls::returned(const Record& record) {
  const auto result = static_cast<std::int64_t>(record.value);
  const auto found = open_.find(record.thread);
  std::optional<Call> call;
  if (found == open_.end()) {
    call = begun_before_us(record);
    seen_.insert(record.thread);
    if (!call) return call;
  } else {
    found->second.interrupted = std::ranges::find(restarts, result) != std::end(restarts);
    if (found->second.interrupted) return std::nullopt;
    if (!found->second.thread) call = finish(found->second, record.at);
    open_.erase(found);
    if (!call) return call;
  }
  if (result < 0) call->error = static_cast<int>(-result);
  if (result > 0 && call->child == 0) call->child = static_cast<pid_t>(result);
  return call;
}

std::optional<Nanoseconds> Calls::earliest() const {
  std::optional<Nanoseconds> first;
  for (const auto& [thread, open] : open_) {
    if (open.thread) continue;
    first = first ? std::min(*first, open.call.begin) : open.call.begin;
  }
  return first;
}

bool Calls::copying_under_way() const {
  return std::ranges::any_of(open_, [](const auto& one) {
    return !one.second.thread && copies(one.second.call).value_or(true);
  });
}

std::vector<Call> Calls::cut(Nanoseconds at) {
  std::vector<Call> all;
  for (auto& [thread, open] : open_) {
    if (open.thread) continue;
    all.push_back(finish(open, at));
    all.back().cut = true;
  }
  open_.clear();
  return all;
}

}  // namespace watch::perf
