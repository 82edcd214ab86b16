// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The namespaces that this machine grants the tests.

#pragma once

#include <sched.h>
#include <unistd.h>

#include <forklift/namespaces.hpp>
#include <string_view>
#include <utility>

#include "reveal.hpp"

/// The kinds with their names in /proc/PID/ns.
inline constexpr std::pair<forklift::Namespace, const char*> namespace_names[] = {
    {forklift::Namespace::user, "user"},     {forklift::Namespace::mount, "mnt"},
    {forklift::Namespace::pid, "pid"},       {forklift::Namespace::net, "net"},
    {forklift::Namespace::uts, "uts"},       {forklift::Namespace::ipc, "ipc"},
    {forklift::Namespace::cgroup, "cgroup"}, {forklift::Namespace::time, "time"}};

/// Whether the kernel refuses us a new namespace of this kind; prints that.
inline bool skipped_without(forklift::Namespace kind) {
  constexpr int flags[] = {CLONE_NEWUSER, CLONE_NEWNS,  CLONE_NEWPID,    CLONE_NEWNET,
                           CLONE_NEWUTS,  CLONE_NEWIPC, CLONE_NEWCGROUP, 0x80 /* NEWTIME */};
  const int own = flags[static_cast<int>(kind)];
  const int user = kind != forklift::Namespace::user && ::geteuid() != 0 ? CLONE_NEWUSER : 0;
  const auto make = [&] { return std::string(::unshare(own | user) == 0 ? "" : "refused"); };
  if (in_fork(make) == "") return false;
  MESSAGE("skipped: no namespace of kind " << namespace_names[static_cast<int>(kind)].second);
  return true;
}
