// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "launch/failure.hpp"
#include "launch/order.hpp"

namespace forklift::launch {

/// What the kernel would take for something else, or would do to more than the
/// child: a nice value that it would round, a mount outside a new namespace.
std::optional<Failure> find_bad_attribute(const Order& order);

}  // namespace forklift::launch
