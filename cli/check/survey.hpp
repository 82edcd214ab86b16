// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "check/prediction.hpp"
#include "process/process.hpp"

namespace check {

/// One process of a survey.
struct SurveyEntry {
  process::Process process;
  std::string user;
  Prediction prediction;
};

/// All processes of the machine by the cost of a fork, most expensive first.
struct Survey {
  std::vector<SurveyEntry> places;
  std::size_t left_out = 0;  ///< not inspected before time was up
  watch::Calibration calibration;
};

/// Kernel threads and zombies are excluded. The first `top` are inspected more
/// closely than the others.
/// Cost: ends after `patience`, and the calibration.
Survey survey(std::size_t top, std::chrono::milliseconds patience);

std::string text(const Survey& survey, std::size_t top);

/// The same, as schema "forklift-survey".
nlohmann::json as_json(const Survey& survey, std::size_t top);

}  // namespace check
