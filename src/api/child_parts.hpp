// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <forklift/child.hpp>
#include <span>

#include "launch/in_flight.hpp"

namespace forklift {

/// The parts of a `Child` that its launch provides.
struct Child::Parts {
  pid_t pid = -1;
  Fd pidfd;
  std::uint64_t mark = 0;  ///< the process that created it
  Fd terminal;
  Guarantees guarantees;
  std::string cgroup;
  std::span<launch::PipeEnd> pipes;  ///< moved from; not a vector, so that no launch allocates
};

}  // namespace forklift
