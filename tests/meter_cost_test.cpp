// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The cost of a StallMeter for a launch: without one, again without one, and
// with one, alternately. Without arguments a test; with ROUNDS it prints.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <forklift/command.hpp>
#include <forklift/stall.hpp>
#include <vector>

using forklift::Command, forklift::StallMeter;
using Clock = std::chrono::steady_clock;

namespace {

double launch(const Command& command) {
  const auto begin = Clock::now();
  forklift::Child child = command.spawn();
  const std::chrono::duration<double, std::micro> took = Clock::now() - begin;
  child.wait();
  return took.count();
}

struct Sample {
  std::vector<double> times{};
  // The first one finds the caches as left by the turn before.
  void take(const Command& command) {
    launch(command);
    for (int i = 0; i < 10; ++i) times.push_back(launch(command));
  }
  double median() {
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::ranges::nth_element(times, middle);
    return *middle;
  }
};

struct Medians {
  double without, again, with;
};

Medians measure(int rounds) {
  const Command command = Command("/bin/true");
  Sample without, again, with;
  for (int i = 0; i < rounds; ++i) {
    without.take(command);
    again.take(command);
    const StallMeter meter;
    with.take(command);
  }
  return {without.median(), again.median(), with.median()};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) {
    const Medians found = measure(std::max(1, std::atoi(argv[1])));
    std::printf("launch, median: %.2f us without a meter, again %.2f us, %.2f us with one\n",
                found.without, found.again, found.with);
    return 0;
  }
  Medians last{};
  for (int attempt = 0; attempt < 5; ++attempt) {
    last = measure(50);
    if (last.with < 1.25 * std::max(last.without, last.again)) return 0;
  }
  std::fprintf(stderr, "a launch takes %.2f us, and %.2f us with a meter\n", last.without,
               last.with);
  return 1;
}
