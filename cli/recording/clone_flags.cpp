// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "recording/clone_flags.hpp"

#include <fmt/core.h>
#include <linux/sched.h>
#include <signal.h>
#include <string.h>

#include <utility>

namespace watch {
namespace {

constexpr std::pair<std::uint64_t, const char*> names[] = {
    {CLONE_VM, "CLONE_VM"},
    {CLONE_VFORK, "CLONE_VFORK"},
    {CLONE_FS, "CLONE_FS"},
    {CLONE_FILES, "CLONE_FILES"},
    {CLONE_SIGHAND, "CLONE_SIGHAND"},
    {CLONE_PIDFD, "CLONE_PIDFD"},
    {CLONE_PTRACE, "CLONE_PTRACE"},
    {CLONE_PARENT, "CLONE_PARENT"},
    {CLONE_THREAD, "CLONE_THREAD"},
    {CLONE_NEWNS, "CLONE_NEWNS"},
    {CLONE_SYSVSEM, "CLONE_SYSVSEM"},
    {CLONE_SETTLS, "CLONE_SETTLS"},
    {CLONE_PARENT_SETTID, "CLONE_PARENT_SETTID"},
    {CLONE_CHILD_CLEARTID, "CLONE_CHILD_CLEARTID"},
    {CLONE_DETACHED, "CLONE_DETACHED"},
    {CLONE_UNTRACED, "CLONE_UNTRACED"},
    {CLONE_CHILD_SETTID, "CLONE_CHILD_SETTID"},
    {CLONE_NEWCGROUP, "CLONE_NEWCGROUP"},
    {CLONE_NEWUTS, "CLONE_NEWUTS"},
    {CLONE_NEWIPC, "CLONE_NEWIPC"},
    {CLONE_NEWUSER, "CLONE_NEWUSER"},
    {CLONE_NEWPID, "CLONE_NEWPID"},
    {CLONE_NEWNET, "CLONE_NEWNET"},
    {CLONE_IO, "CLONE_IO"},
    {std::uint64_t{1} << 32, "CLONE_CLEAR_SIGHAND"},
    {std::uint64_t{1} << 33, "CLONE_INTO_CGROUP"},
};

std::string signal_name(std::uint64_t number) {
  const char* const name = ::sigabbrev_np(static_cast<int>(number));
  return name ? fmt::format("SIG{}", name) : fmt::format("signal {}", number);
}

}  // namespace

std::string flag_names(std::uint64_t flags) {
  std::string text;
  const auto add = [&text](const std::string& name) { text += (text.empty() ? "" : "|") + name; };
  std::uint64_t rest = flags & ~std::uint64_t{CSIGNAL};
  for (const auto& [flag, name] : names) {
    if (rest & flag) add(name);
    rest &= ~flag;
  }
  if (rest != 0) add(fmt::format("{:#x}", rest));
  if (flags & CSIGNAL) add(signal_name(flags & CSIGNAL));
  return text.empty() ? "none" : text;
}

}  // namespace watch
