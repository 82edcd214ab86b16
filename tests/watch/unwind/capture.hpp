// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>
#include <ucontext.h>

#include <cstddef>
#include <vector>

#include "watch/stack_copy.hpp"

/// The part of a thread that an observer would copy.
struct Capture {
  pid_t thread = 0;
  watch::Registers registers;
  std::vector<std::byte> bytes;

  watch::StackCopy copy() const { return {thread, registers, bytes, {}}; }
};

/// Of the caller: from the caller's own frame upward.
Capture capture_here(const ucontext_t& context);

/// Of a thread that a tracer has stopped.
Capture capture_stopped(pid_t thread);
