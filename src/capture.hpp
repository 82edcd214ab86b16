// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <forklift/child.hpp>
#include <forklift/output.hpp>

namespace forklift {

/// Reads a child's output and error to their end, within the bounds, and waits.
Output capture(Child child, const OutputOptions& options);

}  // namespace forklift
