// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>

#include "watch/observer.hpp"

namespace watch {

/// Opens the best rung that can be used, or just the one asked for. Fills in the
/// rung of the heading and the obstacles of those above it.
///
/// Null stands for the rung `prediction`: nothing can be attached.
/// Errors: throws `Refusal` if the one asked for cannot be used.
std::unique_ptr<Observer> climb(const Wish& wish, std::optional<Rung> only, Recording& recording);

}  // namespace watch
