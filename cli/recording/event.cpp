// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "recording/event.hpp"

#include <sched.h>

#include "recording/names.hpp"

namespace watch {
namespace {

constexpr Names<Wait::Reason::other> reasons("memory_lock", "futex", "runnable", "page_fault",
                                             "other");
constexpr Names<Notice::Kind::other> notices("missed_call", "lost_events", "no_stacks", "target",
                                             "other");
constexpr Names<Figure::fork_lock> figures("duration", "flags", "on_cpu", "memory_lock",
                                           "other_waits", "faults", "copy_faults", "fault_time",
                                           "child", "size", "stacks", "fork_lock");

}  // namespace

Nanoseconds stall(const Call& call) { return call.until_ran.value_or(call.duration); }

std::optional<bool> copies(const Call& call) {
  if (!call.flags) return std::nullopt;
  return (*call.flags & CLONE_VM) == 0;
}

std::string kind(const Call& call) {
  const std::string function = call.function.empty() ? "creation" : call.function;
  const auto copying = copies(call);
  if (!copying) return function + " (flags not known)";
  if (*copying) return function + " (copying)";
  const bool suspended = (*call.flags & CLONE_VFORK) != 0;
  return function + (suspended ? " (sharing, suspended)" : " (sharing)");
}

std::string name(Wait::Reason reason) { return reasons.of(reason); }
std::optional<Wait::Reason> reason_named(const std::string& name) { return reasons.find(name); }
std::string name(Notice::Kind kind) { return notices.of(kind); }
std::optional<Notice::Kind> notice_named(const std::string& name) { return notices.find(name); }
std::string name(Figure figure) { return figures.of(figure); }
std::optional<Figure> figure_named(const std::string& name) { return figures.find(name); }

}  // namespace watch
