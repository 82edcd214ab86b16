// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "check/finding.hpp"

namespace check {

/// For people: lines of at most 100 columns.
std::string text(const Finding& finding);

/// The same, as schema "forklift-check".
nlohmann::json as_json(const Finding& finding);

/// For all our JSON: names of processes need not be UTF-8.
std::string dump(const nlohmann::json& json);

nlohmann::json as_json(const watch::Calibration& calibration);

/// "calibrated: 8.3 ms per MiB of page tables on this machine now".
std::string text(const watch::Calibration& calibration);

}  // namespace check
