// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <forklift/export.hpp>
#include <string_view>

namespace forklift {

/// The steps of a launch, in the order in which they are made; an error names
/// the one that failed.
enum class Step {
  program,      ///< the program's name is looked at
  argument,     ///< the arguments are looked at
  environment,  ///< the environment is put together
  engine,       ///< an engine is chosen
  memory,       ///< memory for the launch is taken
  pipe,         ///< pipes are made
  mail,         ///< descriptors are mailed to the child
  clone,        ///< the child is made; what follows runs in the child
  leave,        ///< it leaves its parent's descriptor table
  receive,      ///< it receives the mailed descriptors
  report,       ///< it makes sure that its parent will hear of its end
  umask,        ///< it sets its umask
  open,         ///< it opens its files
  descriptor,   ///< it puts descriptors onto their numbers
  directory,    ///< it changes its directory
  close,        ///< it closes all other descriptors
  session,      ///< it becomes the leader of a session
  group,        ///< it joins a process group
  signal,       ///< it sets its signal dispositions and mask
  exec,         ///< it executes the program
  deadline,     ///< the launch as a whole, when its deadline passes
};
inline constexpr std::size_t step_count = 21;

/// The step as an error prints it: the system call where it is one.
FORKLIFT_EXPORT std::string_view name(Step step) noexcept;

}  // namespace forklift
