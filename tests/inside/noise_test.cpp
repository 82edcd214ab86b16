// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/noise.hpp"

#include <doctest/doctest.h>

#include <chrono>

using lab::noise_between, lab::ProcessorTime;

TEST_CASE("a machine that nobody else uses is not noisy, however busy we keep it") {
  CHECK_FALSE(noise_between({100, 50, 0, 20}, {120, 70, 0, 40}));
  CHECK_FALSE(noise_between({100, 50, 0, 20}, {120, 51, 0, 20}));
}

TEST_CASE("what others use of the processors is noise from a tenth on") {
  CHECK_FALSE(noise_between({100, 50, 0, 20}, {120, 61, 0, 30}));
  const auto warning = noise_between({100, 50, 0, 20}, {120, 66, 0, 30});
  REQUIRE(warning);
  CHECK(warning->kind == lab::Warning::Kind::noisy);
  CHECK(warning->text.find("other programs used 30 %") != std::string::npos);
}

TEST_CASE("what the host takes is noise, too") {
  const auto warning = noise_between({100, 50, 0, 20}, {120, 65, 5, 30});
  REQUIRE(warning);
  CHECK(warning->text.find("the host took 25 %") != std::string::npos);
}

TEST_CASE("this process's own work is in the processors' time") {
  const ProcessorTime before = lab::processor_time();
  while (lab::processor_time().own - before.own < 0.05) {
  }
  const ProcessorTime after = lab::processor_time();
  CHECK(after.busy > before.busy);
  CHECK(after.all > before.all);
}
