// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "check/prediction.hpp"
#include "process/process.hpp"
#include "recording/recording.hpp"

namespace check {

/// The result of `forklift check`.
struct Finding {
  process::Process process;
  std::string user;         ///< its name, or the number where it has none
  std::size_t running = 0;  ///< threads that run or wait for a processor now
  watch::Calibration calibration;
  Prediction prediction;
  std::uint64_t kept_from_children = 0;  ///< resident bytes under MADV_DONTFORK
  std::vector<std::string> advice;
  std::vector<std::string> notes;  ///< caveats of the prediction
};

/// Errors: as `process::look_at` and `calibrate`.
/// Cost: less than half a second. The process is only read in /proc, but
/// `thorough` reads all of its mappings: its calls that map memory may wait
/// meanwhile, for some 30 ms per GiB.
Finding find_out(pid_t pid, bool thorough);

std::string user_name(uid_t user);

}  // namespace check
