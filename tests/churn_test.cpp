// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// churn COUNT PROGRAM, churn SECONDSs PROGRAM: so many launches, or launches for
// so long, in three forms, from four threads. Afterwards the process has as many descriptors, threads, children and,
// roughly, as much memory as before.

#define DOCTEST_CONFIG_IMPLEMENT  // `support` needs its symbols

#include <malloc.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string_view>
#include <thread>

#include "support.hpp"

using forklift::Command, forklift::Stdio;

namespace {

constexpr int threads = 4;

using Clock = std::chrono::steady_clock;

// The amount of launches: by each thread, or until some time has passed.
struct Amount {
  long launches = std::numeric_limits<long>::max();
  Clock::duration time = std::chrono::hours(24);

  Amount fraction(int of) const { return {launches / of + 1, time / of}; }
};

// "1000": launches; "10s": seconds.
Amount parse(std::string_view text) {
  const long number = std::atol(text.data());
  if (text.ends_with('s')) return {.time = std::chrono::seconds(number)};
  return {.launches = number / threads};
}

struct Outcome {
  std::atomic<long> made{0};
  std::atomic<long> wrong{0};
};

// All threads launch by the same commands.
struct Commands {
  explicit Commands(const std::string& program)
      : bare(program), piped(Command(program).in(Stdio::pipe()).out(Stdio::pipe())) {}

  Command bare, piped;
  Command missing = Command("/no/such/program");
};

void launch_many(const Commands& commands, const Amount& amount, Outcome& outcome) {
  const auto end = Clock::now() + amount.time;
  long made = 0;
  for (; made < amount.launches && Clock::now() < end; ++made) {
    if (made % 4 == 1) {
      outcome.wrong += !commands.piped.run().success();
    } else if (made % 4 == 2) {
      outcome.wrong += bool(commands.missing.try_spawn());
    } else {
      outcome.wrong += !commands.bare.run().success();
    }
  }
  outcome.made += made;
}

void launch_from_threads(const std::string& program, const Amount& amount, Outcome& outcome) {
  const Commands commands(program);
  std::vector<std::jthread> workers;
  for (int i = 0; i < threads; ++i) {
    workers.emplace_back([&] { launch_many(commands, amount, outcome); });
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  forklift::reserve(threads);
  const Amount amount = parse(argv[1]);
  Outcome first, all;
  launch_from_threads(argv[2], amount.fraction(10), first);  // all caches are filled by now
  ::malloc_trim(0);
  const auto descriptors = open_descriptors();
  const auto threads_before = thread_count();
  const auto memory = resident_bytes();
  launch_from_threads(argv[2], amount, all);
  ::malloc_trim(0);
  const auto grown = static_cast<long>(resident_bytes()) - static_cast<long>(memory);
  const auto after = open_descriptors();
  std::printf(
      "%ld launches, %ld wrong; descriptors %zu -> %zu, threads %zu, children %zu, memory %+ld KiB\n",
      all.made.load(), all.wrong.load(), descriptors.size(), after.size(), thread_count(),
      children().size(), grown / 1024);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  constexpr long allowed = 64L << 20;  // the instruments keep their own records
#else
  constexpr long allowed = 2L << 20;
#endif
  return first.made == 0 || all.made == 0 || first.wrong + all.wrong != 0 || after != descriptors ||
         !threads_come_to(threads_before) || !children().empty() || grown > allowed;
}
