// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Hooks write records as events happen, but reports refer to calls by number,
// in the order of their ends. So waits and execs are held until their call has
// a number. All containers are bounded, since a target may fork for hours;
// events that do not fit are counted in `left_out_`.

#include "watch/tracing/translator.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "watch/tracing/syscall_table.hpp"
#include "watch/tracing/registers.hpp"

namespace watch::tracing {
namespace {

// An hour of constant forks must not exhaust the machine's memory.
constexpr std::size_t most_events = 300'000;
constexpr std::size_t most_held = 20'000;

Nanoseconds time(std::uint64_t nanoseconds) {
  return Nanoseconds(static_cast<Nanoseconds::rep>(nanoseconds));
}

pid_t thread(std::uint32_t number) { return static_cast<pid_t>(number); }

template <std::size_t n>
std::string text(const char (&name)[n]) {
  return std::string(name, ::strnlen(name, n));
}

// Records may be shorter than their type: only the bytes present are copied.
template <class T>
T as(std::span<const std::byte> record) {
  T value{};
  std::memcpy(&value, record.data(), std::min(record.size(), sizeof value));
  return value;
}

template <class T>
bool append(std::vector<T>& events, T event) {
  if (events.size() >= most_events) return false;
  events.push_back(std::move(event));
  return true;
}

Size size_of(const watch_size& size, const std::function<std::size_t()>& descriptors) {
  static const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return {.page_tables = size.page_tables,
          .resident = size.resident * page,
          .swapped = size.swapped * page,
          .mappings = size.mappings,
          .threads = size.threads,
          .descriptors = descriptors ? descriptors() : 0};
}

// The fields that calls in progress and ended calls have in common.
template <class T>
Call call_of(const T& from, const std::function<std::size_t()>& descriptors) {
  Call call;
  call.child = thread(from.child);
  call.function = name_of(from.system_call);
  if (from.flags_known) call.flags = from.flags;
  call.begin = time(from.begin);
  call.off_cpu = time(from.off_cpu);
  call.runnable = time(from.runnable);
  call.restarts = from.restarts;
  if (from.size.threads) call.size = size_of(from.size, descriptors);
  call.cut = from.cut != 0;
  return call;
}

Wait::Reason reason_of(std::uint32_t reason) {
  switch (reason) {
    case WATCH_MEMORY_LOCK: return Wait::Reason::memory_lock;
    case WATCH_FUTEX_WAIT: return Wait::Reason::futex;
    case WATCH_RUNNABLE: return Wait::Reason::runnable;
    case WATCH_PAGE_FAULT: return Wait::Reason::page_fault;
    default: return Wait::Reason::other;
  }
}

}  // namespace

void Translator::take(std::span<const std::byte> record, Recording& recording) {
  switch (as<watch_head>(record).kind) {
    case WATCH_STACK: return take_stack(as<watch_stack>(record), record);
    case WATCH_BEGIN: return take_begin(as<watch_begin>(record));
    case WATCH_HOLD: return take_hold(as<watch_hold>(record));
    case WATCH_CALL: return take_call(as<watch_call>(record), recording);
    case WATCH_WAIT: return take_wait(as<watch_wait>(record), recording);
    case WATCH_CHILD: return take_child(as<watch_child>(record), recording);
    case WATCH_PROGRAM_CHANGED: return take_change(as<watch_program_changed>(record), recording);
    default: return;
  }
}

void Translator::take_stack(const watch_stack& stack, std::span<const std::byte> record) {
  if (!view_.names) return;
  const auto bytes = record.subspan(std::min(record.size(), offsetof(watch_stack, bytes)));
  const StackCopy copy{.thread = thread(stack.head.thread),
                       .registers = registers_of(stack.registers),
                       .bytes = bytes.first(std::min<std::size_t>(bytes.size(), stack.length)),
                       .return_addresses = {reinterpret_cast<const std::uint64_t*>(stack.addresses),
                                            stack.addresses_count}};
  stacks_[stack.head.id] = view_.names(copy);
  if (stacks_.size() > most_held) stacks_.erase(stacks_.begin());
}

void Translator::take_begin(const watch_begin& begin) {
  windows_.open({begin.head.id, thread(begin.head.thread), time(begin.at), {}});
}

void Translator::take_hold(const watch_hold& hold) {
  saw_copying_ = true;
  windows_.hold({hold.head.id, thread(hold.head.thread), time(hold.from), time(hold.to)});
}

void Translator::take_call(const watch_call& from, Recording& recording) {
  Call call = call_of(from, view_.descriptors);
  call.thread = thread(from.head.thread);
  call.thread_name = text(from.name);
  call.duration = time(from.end - from.begin);
  call.until_ran = time(from.ran - from.begin);
  if (from.locked) {
    call.lock_wait = time(from.lock_wait);
    call.lock_held = time(from.lock_held);
  }
  call.error = from.error;
  if (call.cut)
    recording.notices.push_back({Notice::Kind::missed_call, call.begin,
                                 "a call had begun before everything was in place", 1});
  windows_.close({from.head.id, call.thread, call.begin, time(from.end)});
  end(from.head.id, std::move(call), recording);
}

void Translator::end(std::uint64_t id, Call call, Recording& recording) {
  call.number = ++calls_;
  call.stack = stack_of(id);
  numbers_[id] = call.number;
  if (numbers_.size() > most_held) numbers_.erase(numbers_.begin());
  if (!append(recording.calls, std::move(call))) ++left_out_;
  settle(recording);
}

void Translator::take_wait(const watch_wait& from, Recording& recording) {
  Held held;
  Wait& wait = held.wait;
  wait.thread = thread(from.head.thread);
  wait.thread_name = text(from.name);
  wait.reason = reason_of(from.reason);
  wait.begin = time(from.begin);
  wait.duration = time(from.end - from.begin);
  wait.waker = thread(from.waker);
  wait.stack = stack_of(from.head.id);
  if (waits_.size() > most_held) conclude(recording);
  if (!settle(held, recording)) waits_.push_back(std::move(held));
}

// The holder causes a wait for the lock; other waits only coincide. Reported
// once all calls that it may belong to have their numbers.
bool Translator::settle(Held& held, Recording& recording) {
  Wait& wait = held.wait;
  const bool locked = wait.reason == Wait::Reason::memory_lock;
  if (!locked && windows_.is_open_before(wait.begin + wait.duration)) return false;
  const Overlap overlap = locked ? windows_.holder(wait) : windows_.companion(wait);
  if (overlap.call != 0 && number_of(overlap.call) == 0) return false;
  if (overlap.call == 0 && !locked) return true;
  wait.call = number_of(overlap.call);
  wait.overlap = overlap.time;
  if (!append(recording.waits, std::move(wait))) ++left_out_;
  return true;
}

void Translator::settle(Recording& recording) {
  std::erase_if(waits_, [&](Held& held) { return settle(held, recording); });
  std::erase_if(execs_, [&](HeldExec& held) {
    held.exec.call = number_of(held.call);
    if (held.exec.call == 0) return false;
    if (!append(recording.execs, std::move(held.exec))) ++left_out_;
    return true;
  });
}

void Translator::take_child(const watch_child& child, Recording& recording) {
  Exec exec{.call = 0,
            .child = thread(child.child),
            .at = time(child.at),
            .since_call = time(child.since_call),
            .in_exec = std::nullopt,
            .program = text(child.program),
            .done = child.done != 0};
  if (child.in_exec) exec.in_exec = time(child.in_exec);
  execs_.push_back({child.head.id, std::move(exec)});
  if (execs_.size() > most_held) conclude(recording);
  settle(recording);
}

void Translator::take_change(const watch_program_changed& change, Recording& recording) {
  recording.notices.push_back({Notice::Kind::target, time(change.at),
                               fmt::format("it executed {}", text(change.program)), 1});
  if (view_.forget) view_.forget();
}

void Translator::take_unended(pid_t caller, const watch_under_way& from, Nanoseconds now,
                              Recording& recording) {
  Call call = call_of(from, view_.descriptors);
  call.thread = caller;
  const auto over = from.over_at != 0 ? from.over_at : std::max(from.child_at, from.slept_until);
  const bool suspended = from.in_window != 0;
  const bool ended = over != 0 && !suspended;
  call.duration = std::max((ended ? time(over) : now) - call.begin, Nanoseconds(0));
  if (ended) call.until_ran = std::max(call.duration, time(from.last_ran) - call.begin);
  call.cut = call.cut || !ended;
  call.error = from.error;
  if (from.lock_from != 0) {
    call.lock_held = now - time(from.lock_from);
    windows_.hold({from.id, caller, time(from.lock_from), now});
  } else if (from.lock_let_go != 0) {
    call.lock_held = time(from.lock_held);
  }
  if (call.lock_held) call.lock_wait = time(from.lock_wait);
  windows_.close({from.id, caller, call.begin, call.begin + call.duration});
  end(from.id, std::move(call), recording);
}

void Translator::conclude(Recording& recording) {
  windows_.give_up_open();
  settle(recording);
  for (Held& held : waits_) {
    if (held.wait.reason != Wait::Reason::memory_lock) continue;
    if (!append(recording.waits, std::move(held.wait))) ++left_out_;
  }
  for (HeldExec& held : execs_) {
    if (!append(recording.execs, std::move(held.exec))) ++left_out_;
  }
  waits_.clear();
  execs_.clear();
}

std::uint64_t Translator::number_of(std::uint64_t id) const {
  const auto found = numbers_.find(id);
  return found == numbers_.end() ? 0 : found->second;
}

Stack Translator::stack_of(std::uint64_t id) {
  const auto found = stacks_.find(id);
  if (id == 0 || found == stacks_.end()) return {};
  Stack stack = std::move(found->second);
  stacks_.erase(found);
  return stack;
}

}  // namespace watch::tracing
