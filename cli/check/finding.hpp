// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "check/prediction.hpp"
#include "process/process.hpp"
#include "recording/recording.hpp"

namespace check {

/// All that `forklift check` has to say.
struct Finding {
  process::Process process;
  std::string user;         ///< its name, or the number where it has none
  std::size_t running = 0;  ///< threads that run or wait for a processor right now
  watch::Calibration calibration;
  Prediction prediction;
  std::uint64_t kept_from_children = 0;  ///< resident bytes under MADV_DONTFORK
  std::vector<std::string> advice;
  std::vector<std::string> notes;  ///< what makes the prediction mean less, or other
};

/// Errors: as `process::look_at` and `calibrate`.
/// Cost: less than half a second. The process is only read about in /proc, but
/// `thorough` looks at all of its mappings at the cost of that: its calls that map
/// memory may wait meanwhile, for some 30 ms a GiB.
Finding find_out(pid_t pid, bool thorough);

std::string user_name(uid_t user);

}  // namespace check
