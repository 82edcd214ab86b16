// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/hang/explanation.hpp"

#include <doctest/doctest.h>

#include "lab/hang/figures.hpp"

using lab::hang::explain, lab::hang::Launched, lab::hang::Run;
using Rule = forklift::ForkLock::Rule;

namespace {

// Launches after equal waits, except the last, which waits five times as long.
Run run(const char* contender, std::optional<Rule> rule, double launch_us, double wait_us) {
  Run made{.contender = contender, .workers = 8, .seconds = 1};
  made.resident_first = made.resident_last = std::size_t{2} << 30;
  made.rule = rule;
  if (rule) made.waiting_per_dump = {5, 7};
  std::vector<Launched> launched(100, {0, launch_us + wait_us, wait_us});
  launched.back() = {0, launch_us + 5 * wait_us, 5 * wait_us};
  lab::hang::sum_up({launched}, made);
  return made;
}

bool says(const std::string& text, const char* words) {
  return text.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("where go1.8 waits long and go1.9 does not, page tables are named as the cause") {
  const auto text = explain({run("go1.8", Rule::one_at_a_time, 40'000, 200'000),
                             run("go1.9", Rule::one_at_a_time, 400, 3'000),
                             run("forklift", std::nullopt, 300, 0)});
  CAPTURE(text);
  CHECK(says(text, "go1.8: up to 1 s of waiting for the ForkLock, 7 of 8 workers"));
  CHECK(says(text, "fork copies the page tables of 2 GiB"));
  CHECK(says(text, "go1.9: 67 times less (15 ms)"));
  CHECK(says(text, "still go one by one"));
  CHECK(says(text, "forklift takes no lock: its p99 launch takes 300 us"));
}

TEST_CASE("where a launch under go1.8 is not slower than others, no cause is claimed") {
  const auto text = explain({run("go1.8", Rule::one_at_a_time, 400, 100'000),
                             run("go1.9", Rule::one_at_a_time, 400, 90'000)});
  CAPTURE(text);
  CHECK(says(text, "the figures do not show"));
  CHECK_FALSE(says(text, "since fork copies"));
  CHECK(says(text, "go1.9: as much waiting"));
}

TEST_CASE("where nobody waited, the explanation says that the hang was not seen") {
  const auto text = explain({run("go1.8", Rule::one_at_a_time, 400, 1)});
  CAPTURE(text);
  CHECK(says(text, "do not show the hang"));
}

TEST_CASE("a forklift that is slower is said to be slower") {
  const auto text =
      explain({run("go1.21", Rule::together, 300, 0), run("forklift", std::nullopt, 900, 0)});
  CAPTURE(text);
  CHECK(says(text, "3.0 times more than that of go1.21"));
}

TEST_CASE("where nobody takes the lock, nothing else is claimed") {
  CHECK(explain({run("fork", std::nullopt, 9'000, 0), run("forklift", std::nullopt, 300, 0)}) ==
        "No contender here takes the ForkLock.");
}

TEST_CASE("nothing launched, nothing explained") {
  CHECK(explain({}).empty());
  CHECK(explain({Run{}}).empty());
}

TEST_CASE("a wait counts in every quarter that it touches, by what it had come to there") {
  Run made{};
  made.rule = Rule::one_at_a_time;
  for (const double end_s : {0.25, 0.5, 0.75, 1.0}) made.quarters.push_back({.end_s = end_s});
  // From 0.2 s for 0.4 s, and one that the end of the run cut short.
  lab::hang::sum_up({{{0.2, 500'000, 400'000}, {0.9, 0, 150'000}}}, made);
  CHECK(made.quarters[0].longest_us == doctest::Approx(50'000));
  CHECK(made.quarters[1].longest_us == doctest::Approx(300'000));
  CHECK(made.quarters[2].longest_us == doctest::Approx(400'000));
  CHECK(made.quarters[3].longest_us == doctest::Approx(100'000));
  CHECK(made.launches == 1);
  CHECK(made.lock_wait.max == doctest::Approx(400'000));
}
