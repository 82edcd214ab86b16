// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "recording/recording.hpp"

/// The formats of a report, each made from the recording alone.
namespace watch {

/// For people: at most 100 columns; colours on request only.
std::string as_text(const Recording& recording, bool colour = false);

/// For programs: the schema "forklift-watch", version 1.
nlohmann::ordered_json as_json(const Recording& recording);

/// For a viewer such as Perfetto: calls and blocked threads as slices, arrows
/// from the first to the second (Chrome's trace event format).
std::string as_trace(const Recording& recording);

/// For a flame graph: where processes are created, weighted by the microseconds
/// for which this blocked others.
std::string as_folded(const Recording& recording);

/// For the textfile collector of Prometheus' node exporter: OpenMetrics.
std::string as_openmetrics(const Recording& recording);

}  // namespace watch
