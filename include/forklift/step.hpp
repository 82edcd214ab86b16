// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <forklift/export.hpp>
#include <string_view>

namespace forklift {

/// The steps of a launch, in their order; an error names the step that failed.
enum class Step {
  program,        ///< the program's name is looked at
  argument,       ///< the arguments are looked at
  environment,    ///< the environment is put together
  attribute,      ///< what else the command asks for is looked at
  engine,         ///< an engine is chosen
  memory,         ///< memory for the launch is taken
  pipe,           ///< pipes are made
  terminal,       ///< a pseudoterminal is made, or made the controlling one
  cgroup,         ///< a cgroup is opened, made or joined
  mail,           ///< descriptors are mailed to the child
  clone,          ///< the child is made; what follows runs in the child
  id_map,         ///< the ids of its user namespace are mapped
  leave,          ///< it leaves its parent's descriptor table
  receive,        ///< it receives the mailed descriptors
  gate,           ///< it waits until its ids are mapped
  report,         ///< it makes sure that its parent will hear of its end
  umask,          ///< it sets its umask
  open,           ///< it opens its files
  descriptor,     ///< it puts descriptors onto their numbers
  session,        ///< it becomes the leader of a session
  group,          ///< it joins a process group
  foreground,     ///< it takes the foreground of its terminal
  limit,          ///< it limits its resources
  scheduling,     ///< it sets how it is scheduled
  memory_policy,  ///< it sets how its memory is managed
  second_stage,   ///< it goes on in memory of its own
  join,           ///< it joins namespaces
  mount,          ///< it mounts file systems
  hostname,       ///< it sets the host name
  root,           ///< it changes its root directory
  directory,      ///< it changes its directory
  close,          ///< it closes all other descriptors
  identity,       ///< it changes its user and groups
  capability,     ///< it changes its capabilities
  privileges,     ///< it gives up gaining privileges
  parent_death,   ///< it ties its life to its parent's
  landlock,       ///< it restricts what it may do with files
  signal,         ///< it sets its signal dispositions and mask
  seccomp,        ///< it filters its system calls
  exec,           ///< it executes the program
  deadline,       ///< the launch as a whole, when its deadline passes
};
inline constexpr std::size_t step_count = 41;
static_assert(step_count == static_cast<std::size_t>(Step::deadline) + 1, "the last one counts");

/// The step as an error prints it: the system call where it is one.
FORKLIFT_EXPORT std::string_view name(Step step) noexcept;

}  // namespace forklift
