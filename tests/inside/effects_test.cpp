// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/hang/effects.hpp"

#include <doctest/doctest.h>

#include "lab/hang/figures.hpp"

using lab::hang::Effects, lab::hang::Launched, lab::hang::Measure, lab::hang::Run;

namespace {

// Two workers; the first launches `lucky` times for each launch of the other.
// One in ten waits of the second takes `long_us` instead of `wait_us`.
Run run(const std::string& contender, double wait_us, double long_us, int lucky) {
  Run made{.contender = contender, .workers = 2, .seconds = 1};
  made.rule = forklift::ForkLock::Rule::one_at_a_time;
  lab::hang::Launches launched(2);
  for (int i = 0; i < 100; ++i) {
    for (int k = 0; k < lucky; ++k) launched[0].push_back({0, wait_us + 10, wait_us});
    const double wait = i % 10 == 0 ? long_us : wait_us;
    launched[1].push_back({0, wait + 10, wait});
  }
  lab::hang::sum_up(launched, made);
  return made;
}

std::vector<std::vector<Run>> rounds(double fork_us, double vfork_us, double tail, int lucky) {
  return std::vector<std::vector<Run>>(
      6, {run("go1.8", fork_us, fork_us * tail, lucky), run("go1.8-fair", fork_us, fork_us, 1),
          run("go1.9-barging", vfork_us, vfork_us * tail, lucky),
          run("go1.9", vfork_us, vfork_us, 1)});
}

const lab::hang::Effect& of(const std::vector<lab::hang::Effect>& all, Measure measure) {
  return *std::ranges::find(all, measure, &lab::hang::Effect::measure);
}

Effects effects(double fork_us, double vfork_us, double tail, int lucky) {
  return effects_of(rounds(fork_us, vfork_us, tail, lucky), lab::hang::own_corners());
}

bool says(const Effects& effects, const char* words) {
  return explain(effects).find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("what forks wait longer than what does not is the effect of copying, not of the mutex") {
  const Effects seen = effects(100'000, 10'000, 1, 1);
  CAPTURE(explain(seen));
  CHECK(of(seen.copying, Measure::median).both.p50 == doctest::Approx(10).epsilon(0.01));
  CHECK(of(seen.mutex, Measure::median).both.p50 == doctest::Approx(1));
  CHECK(says(seen, "Copying the page tables multiplies the median launch by 10"));
  CHECK(says(seen, "So copying decides the median launch"));
  CHECK_FALSE(says(seen, "the mutex decides"));
}

TEST_CASE("long waits and uneven launches under the barging mutex are its effect") {
  const Effects seen = effects(50'000, 50'000, 8, 3);
  CAPTURE(explain(seen));
  CHECK(of(seen.copying, Measure::long_waits).both.high == doctest::Approx(1));
  CHECK(of(seen.mutex, Measure::long_waits).first.low > 2);
  CHECK(of(seen.mutex, Measure::spread).second.low > 2);
  CHECK(says(seen,
             "the mutex decides the 99th percentile, the longest launch, the share of long waits"));
}

TEST_CASE("where all corners are alike no cause is named") {
  const Effects seen = effects(50'000, 50'000, 1, 1);
  CAPTURE(explain(seen));
  CHECK(says(seen, "the figures do not show an effect on the median launch"));
  CHECK_FALSE(says(seen, "decides"));
}

TEST_CASE("a round without one of the corners counts only where both of a pair are there") {
  auto cut = rounds(100'000, 10'000, 1, 1);
  cut.back().resize(1);
  const Effects seen = effects_of(cut, lab::hang::own_corners());
  CHECK(of(seen.copying, Measure::median).both.p50 == doctest::Approx(10).epsilon(0.01));
  CHECK(effects_of({}, lab::hang::own_corners()).copying.front().both.p50 == 0);
}
