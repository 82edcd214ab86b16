// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "recording/event.hpp"
#include "watch/observer.hpp"
#include "watch/tracing/session.hpp"

namespace watch::tracing {

/// The sources of a recording's figures on this backend.
std::vector<Source> sources(const Session& session, const ObserverOptions& options);

}  // namespace watch::tracing
