// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "lab/hang/run.hpp"

namespace lab::hang {

/// The four combinations of the two changes of Go 1.9.
struct Corners {
  std::string fork_barging;   ///< Go 1.8
  std::string fork_fair;      ///< its launch, the mutex of Go 1.9
  std::string vfork_barging;  ///< the launch of Go 1.9, the mutex of Go 1.8
  std::string vfork_fair;     ///< Go 1.9

  std::vector<std::string> all() const;
};

/// The lab's own, in C++.
const Corners& own_corners();

/// The compared measures of a run.
enum class Measure { median, p99, longest, long_waits, spread };
inline constexpr std::array measures{Measure::median, Measure::p99, Measure::longest,
                                     Measure::long_waits, Measure::spread};

std::string name(Measure measure);

/// The factor of one change on a measure, by ratios within each round.
struct Effect {
  Measure measure;
  Interval first;   ///< without the other change of Go 1.9
  Interval second;  ///< with it
  Interval both;    ///< the geometric mean of the two
};

struct Effects {
  std::size_t rounds = 0;
  std::vector<Effect> copying;  ///< fork to vfork, under the barging and the fair mutex
  std::vector<Effect> mutex;    ///< barging to fair, with fork and with vfork
};

/// Rounds that lack the run of a corner are left out.
Effects effects_of(const std::vector<std::vector<Run>>& rounds, const Corners& corners);

/// Two tables, and the sentences that follow from them.
std::string as_text(const Effects& effects);
std::string explain(const Effects& effects);
nlohmann::json as_json(const Effects& effects);

}  // namespace lab::hang
