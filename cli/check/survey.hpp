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

/// All processes of the machine by what a fork would cost them, dearest first.
struct Survey {
  std::vector<SurveyEntry> places;
  std::size_t left_out = 0;  ///< time was up before they were looked at
  watch::Calibration calibration;
};

/// Kernel threads are no processes, nor are zombies. The first `top` are looked at
/// more closely than the others.
/// Cost: ends after `patience`, and the calibration.
Survey survey(std::size_t top, std::chrono::milliseconds patience);

std::string text(const Survey& survey, std::size_t top);

/// The same, as schema "forklift-survey".
nlohmann::json as_json(const Survey& survey, std::size_t top);

}  // namespace check
