// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>

#include "watch/observer.hpp"

namespace watch {

/// Opens the best backend that can be used, or just the one asked for. Fills in the
/// backend of the heading and the obstacles of those above it.
///
/// Null stands for the backend `prediction`: nothing can be attached.
/// Errors: throws `Refusal` if the one asked for cannot be used.
std::unique_ptr<Observer> select_backend(const ObserverOptions& options,
                                         std::optional<Backend> only, Recording& recording);

}  // namespace watch
