// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <expected>
#include <vector>

#include "types/failure.hpp"
#include "plan/launch_spec.hpp"

namespace forklift::launch {

/// A descriptor needed by later steps of the child, but not by the program.
enum class ExtraFd {
  none,
  cgroup,
  report,
  directory,
  ruleset,
  made_ruleset,
  terminal,
  joined,
  program,  ///< the caller's own, if its name would mean another one later
};

/// Parts of a plan that depend on the kernel.
struct Extra {
  bool second_stage = false;
  bool joins_cgroup = false;  ///< the child does it, not the clone
  bool pollable = false;      ///< the child holds a pipe end until exec
  bool own_program = false;   ///< the child opens its program before it leaves our memory
  bool operator==(const Extra&) const = default;
};

/// Which of the numbers 0 to 2 that a child inherits need a step.
struct StandardStreams {
  unsigned closed = 0;  ///< bit N: the caller has no descriptor N
  unsigned marked = 0;  ///< bit N: it is marked close-on-exec

  bool operator==(const StandardStreams&) const = default;
};

/// One of the child's descriptors, after `same_as` has been followed.
struct Stream {
  int target = -1;
  const Stdio* stdio = nullptr;  ///< null: inherited in place, or provided for a `need`
  int alias_of = -1;             ///< the number it is the same as; -1 if its own
  bool terminal = false;         ///< the command's pseudoterminal
  bool null = false;             ///< /dev/null, if the caller has none to inherit
  ExtraFd need = ExtraFd::none;
  int borrowed = -1;  ///< the caller's number of the needed descriptor
};

/// A range of numbers without targets. Descriptors are kept there until the
/// target numbers are free.
struct Window {
  int first = 0;
  int last = 0;
};

/// Whether the child inherits this one of its numbers 0 to 2 unchanged.
bool is_inherited(const LaunchSpec& spec, int target);

/// Whether the parent must provide the descriptor at this number of the child.
bool is_brought(int target, const Stdio& stdio);

/// The child's descriptors by number, always including 0 to 2, and those that
/// its steps need on numbers of their own.
///
/// Errors: a `same_as` that leads to nothing or to itself.
std::expected<std::vector<Stream>, Failure> resolve_streams(const LaunchSpec& spec,
                                                            Extra extra = {},
                                                            StandardStreams standard = {});

/// The range for `waiting` descriptors below the limit of open files: above all
/// targets if there is room, else in the longest gap between them.
Window choose_window(const std::vector<Stream>& streams, int waiting, long limit);

}  // namespace forklift::launch
