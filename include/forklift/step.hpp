// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <forklift/export.hpp>
#include <string_view>

namespace forklift {

/// The steps of a launch, in their order; an error names the step that failed.
enum class Step {
  program,        ///< checks the program's name
  argument,       ///< checks the arguments
  environment,    ///< builds the environment
  attribute,      ///< checks the other attributes
  engine,         ///< selects an engine
  memory,         ///< allocates memory for the launch
  pipe,           ///< opens pipes
  terminal,       ///< opens a pseudoterminal, or makes it the controlling one
  cgroup,         ///< opens, creates or joins a cgroup
  mail,           ///< mails descriptors to the child
  clone,          ///< creates the child; later steps run in the child
  id_map,         ///< maps the ids of the child's user namespace
  leave,          ///< leaves the parent's descriptor table
  receive,        ///< receives the mailed descriptors
  gate,           ///< waits until its ids are mapped
  report,         ///< makes its end visible to the parent
  umask,          ///< sets the umask
  open,           ///< opens files
  descriptor,     ///< moves descriptors to their numbers
  session,        ///< becomes the leader of a session
  group,          ///< joins a process group
  foreground,     ///< takes the foreground of its terminal
  limit,          ///< sets resource limits
  scheduling,     ///< sets the scheduling policy
  memory_policy,  ///< sets the memory policy
  second_stage,   ///< continues in memory of its own
  join,           ///< joins namespaces
  mount,          ///< mounts file systems
  hostname,       ///< sets the host name
  root,           ///< changes the root directory
  directory,      ///< changes the directory
  close,          ///< closes all other descriptors
  identity,       ///< changes the user and groups
  capability,     ///< changes the capabilities
  privileges,     ///< renounces new privileges
  parent_death,   ///< ties its life to its parent's
  landlock,       ///< restricts access to files
  signal,         ///< sets signal dispositions and mask
  seccomp,        ///< filters its system calls
  exec,           ///< executes the program
  deadline,       ///< the whole launch, when its deadline passes
};
inline constexpr std::size_t step_count = 41;

/// The step as an error prints it: the system call where it is one.
FORKLIFT_EXPORT std::string_view name(Step step) noexcept;

}  // namespace forklift
