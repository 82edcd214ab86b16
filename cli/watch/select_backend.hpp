// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>

#include "watch/observer.hpp"

namespace watch {

/// Opens the best usable backend, or the requested one. Sets the backend of the
/// header and the unavailability of those above it.
///
/// Null stands for the backend `prediction`: nothing can be attached.
/// Errors: throws `Refusal` if the requested one is unusable.
std::unique_ptr<Observer> select_backend(const ObserverOptions& options,
                                         std::optional<Backend> only, Recording& recording);

}  // namespace watch
