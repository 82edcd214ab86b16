// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// One perf event per kind, thread and processor, because the kernel maps no
// ring for an inherited event that covers all processors. So descriptors can
// run out, and some threads stay unhooked until they create a child. The events
// of one processor share one ring, which keeps their records in order.

#include "watch/perf/events.hpp"

#include <fmt/core.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "descriptor_limit.hpp"
#include "watch/observer.hpp"
#include "watch/proc/tasks.hpp"

namespace watch::perf {
namespace {

constexpr std::size_t kept_free = 64;  // descriptors for everything else
constexpr std::uint32_t stack_size = 16384;
// clone3(2) has its flags in memory, mostly on the caller's stack.
constexpr std::uint32_t stack_size_for_flags = 2048;
constexpr std::uint64_t between_clock_samples = 1'000'000;  // nanoseconds

int open_event(perf_event_attr& attributes, pid_t thread, int processor) {
  return static_cast<int>(
      syscall(SYS_perf_event_open, &attributes, thread, processor, -1, PERF_FLAG_FD_CLOEXEC));
}

// What a user may watch of their processes with kernel.perf_event_paranoid 2.
perf_event_attr without_kernel() {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.exclude_kernel = 1;
  attributes.exclude_hv = 1;
  attributes.use_clockid = 1;
  attributes.clockid = CLOCK_MONOTONIC;
  attributes.sample_id_all = 1;
  attributes.sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_IDENTIFIER;
  attributes.inherit = 1;
  return attributes;
}

perf_event_attr dummy() {
  auto attributes = without_kernel();
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_DUMMY;
  attributes.watermark = 1;
  attributes.wakeup_watermark = 65536;
  return attributes;
}

// Children inherit it, so that their exec and end are seen.
perf_event_attr births_and_ends() {
  auto attributes = dummy();
  attributes.task = 1;
  attributes.comm = 1;
  attributes.comm_exec = 1;
  return attributes;
}

perf_event_attr switches() {
  auto attributes = dummy();
  attributes.context_switch = 1;
  attributes.inherit_thread = 1;
  return attributes;
}

// Samples within the kernel are omitted: a gap before a child appears means
// that its maker was in the call.
perf_event_attr own_code() {
  auto attributes = without_kernel();
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_CPU_CLOCK;
  attributes.sample_period = between_clock_samples;
  attributes.inherit_thread = 1;
  attributes.watermark = 1;
  return attributes;
}

perf_event_attr tracepoint(std::uint64_t id, const Hook& hook, bool whole_stack) {
  auto attributes = without_kernel();
  attributes.type = PERF_TYPE_TRACEPOINT;
  attributes.config = id;
  attributes.sample_period = 1;
  attributes.sample_type |= PERF_SAMPLE_RAW;
  attributes.inherit_thread = hook.function == Function::execve ? 0 : 1;
  if (hook.with_stack) {
    attributes.sample_type |= PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER;
    attributes.sample_regs_user = register_mask();
    attributes.sample_stack_user = whole_stack ? stack_size : stack_size_for_flags;
  }
  // At once: the other threads must be sampled while the call is in progress.
  const bool creation = hook.kind == Hook::Kind::enter && hook.function != Function::execve;
  attributes.wakeup_events = creation ? 1 : 0;
  return attributes;
}

std::size_t descriptors_for_events() {
  constexpr std::size_t more_than_enough = 65536;
  const std::size_t all = std::min(raise_descriptor_limit(), more_than_enough);
  return all - std::min(all, kept_free);
}

[[noreturn]] void refuse(pid_t pid, int error) {
  if (error == EACCES || error == EPERM) {
    throw Unavailable(
        fmt::format("perf_event_open(2) may not watch process {}: {}", pid, std::strerror(error)),
        "run it as the user of the process, or with sudo");
  }
  throw Unavailable(fmt::format("perf_event_open(2): {}", std::strerror(error)),
                    error == EMFILE ? "ulimit -n 65536" : "the kernel has no such events");
}

}  // namespace

Events::Events(Plan plan)
    : plan_(std::move(plan)),
      processors_(static_cast<int>(sysconf(_SC_NPROCESSORS_CONF))),
      most_events_(descriptors_for_events()) {
  attach_all();
  if (attached_.empty()) {
    throw Unavailable(fmt::format("process {} has ended", plan_.pid), "choose another");
  }
  for (const pid_t thread : attached_) {
    if (!hook(thread)) unhooked_.insert(thread);
  }
}

// Threads created meanwhile may have inherited only some events: they get their
// own, and duplicate records do no harm.
void Events::attach_all() {
  for (std::size_t before = 1; before != attached_.size();) {
    before = attached_.size();
    for (const pid_t thread : threads_of(plan_.pid)) {
      if (!attached_.contains(thread)) attach(thread);
    }
    if (attached_.empty()) return;
  }
}

void Events::attach(pid_t thread) {
  if (!add(births_and_ends(), thread) || !add(switches(), thread)) return;
  if (plan_.tracepoints.empty() && !add(own_code(), thread)) return;
  attached_.insert(thread);
}

bool Events::room_for_hooks() const {
  const auto wanted = 2 * plan_.tracepoints.size() * static_cast<std::size_t>(processors_);
  return events_.size() + wanted <= most_events_;
}

bool Events::hook(pid_t thread) {
  if (plan_.tracepoints.empty()) return true;
  if (!room_for_hooks()) return false;
  for (const auto& [function, ids] : plan_.tracepoints) {
    const bool executes = function == Function::execve;
    const bool stack = !executes && (plan_.stacks || function == Function::clone3);
    const Hook enter{.kind = Hook::Kind::enter, .function = function, .with_stack = stack};
    if (!add(tracepoint(ids.enter, enter, plan_.stacks), thread, &enter)) return true;
    if (executes) continue;
    const Hook exit{.kind = Hook::Kind::exit, .function = function, .with_stack = false};
    if (!add(tracepoint(ids.exit, exit, false), thread, &exit)) return true;
  }
  return true;
}

void Events::hook_calls(pid_t thread) {
  if (unhooked_.contains(thread) && hook(thread)) unhooked_.erase(thread);
}

bool Events::add(perf_event_attr attributes, pid_t thread, const Hook* hook) {
  if (!inherit_thread_) attributes.inherit_thread = 0;
  for (int processor = 0; processor < processors_; ++processor) {
    if (!add(attributes, thread, processor, hook)) return false;
  }
  return true;
}

bool Events::add(const perf_event_attr& attributes, pid_t thread, int processor, const Hook* hook) {
  auto copy = attributes;
  forklift::Fd event(open_event(copy, thread, processor));
  if (!event && errno == EINVAL && copy.inherit_thread != 0) {
    inherit_thread_ = false;  // Linux before 5.13
    copy.inherit_thread = 0;
    event = forklift::Fd(open_event(copy, thread, processor));
  }
  if (!event && errno == ESRCH) return false;
  if (!event && errno == ENODEV) return true;  // the processor is offline
  if (!event) refuse(plan_.pid, errno);
  send_to_ring(event.get(), processor);
  std::uint64_t number = 0;
  if (hook != nullptr && ioctl(event.get(), PERF_EVENT_IOC_ID, &number) == 0) {
    hooks_[number] = *hook;
  }
  events_.push_back(std::move(event));
  return true;
}

void Events::send_to_ring(int event, int processor) {
  if (const auto found = rings_.find(processor); found != rings_.end()) {
    if (ioctl(event, PERF_EVENT_IOC_SET_OUTPUT, found->second.event()) != 0) {
      refuse(plan_.pid, errno);
    }
    return;
  }
  auto ring = Ring::of(event);
  if (!ring) {
    throw Unavailable("no memory for perf events: other watchers have locked all of it",
                      "sudo sysctl kernel.perf_event_mlock_kb=4096");
  }
  rings_.emplace(processor, std::move(*ring));
}

void Events::wait(std::chrono::milliseconds patience) {
  std::vector<pollfd> asking;
  for (const auto& [processor, ring] : rings_) {
    asking.push_back({.fd = ring.event(), .events = POLLIN, .revents = 0});
  }
  // Once the thread that mapped a ring has ended, it always reports that.
  const int ready = poll(asking.data(), asking.size(), static_cast<int>(patience.count()));
  const bool hung_up = std::ranges::any_of(
      asking, [](const pollfd& one) { return (one.revents & (POLLHUP | POLLERR)) != 0; });
  if (ready > 0 && hung_up) poll(nullptr, 0, static_cast<int>(patience.count()));
}

void Events::drain(std::vector<Record>& into) {
  const auto hook_of = [this](std::uint64_t number) -> const Hook* {
    const auto found = hooks_.find(number);
    return found == hooks_.end() ? nullptr : &found->second;
  };
  static constexpr Hook clock{};
  const auto hook_or_clock = [&](std::uint64_t number) {
    const Hook* const hook = hook_of(number);
    return hook == nullptr && plan_.tracepoints.empty() ? &clock : hook;
  };
  for (auto& [processor, ring] : rings_) {
    ring.drain([&](std::span<const std::byte> bytes) {
      if (auto record = parse(bytes, hook_or_clock)) into.push_back(std::move(*record));
    });
  }
}

}  // namespace watch::perf
