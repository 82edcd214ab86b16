// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// churn COUNT PROGRAM: so many launches, in three forms, from four threads.
// Afterwards the process has as many descriptors, threads, children and,
// roughly, as much memory as before.

#define DOCTEST_CONFIG_IMPLEMENT  // `support` needs its symbols

#include <malloc.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "support.hpp"

using forklift::Command, forklift::Stdio;

namespace {

constexpr int threads = 4;

int launch_many(const Command& bare, const Command& piped, const Command& missing, int count) {
  int wrong = 0;
  for (int i = 0; i < count; ++i) {
    if (i % 4 == 1) {
      wrong += !piped.run().success();
    } else if (i % 4 == 2) {
      wrong += bool(missing.try_spawn());
    } else {
      wrong += !bare.run().success();
    }
  }
  return wrong;
}

int launch_from_threads(const std::string& program, int count) {
  const Command bare(program);
  const Command piped = Command(program).in(Stdio::pipe()).out(Stdio::pipe());
  const Command missing("/no/such/program");
  std::atomic<int> wrong{0};
  std::vector<std::jthread> workers;
  for (int i = 0; i < threads; ++i) {
    workers.emplace_back([&] { wrong += launch_many(bare, piped, missing, count / threads); });
  }
  workers.clear();
  return wrong;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  forklift::reserve(threads);
  const int count = std::atoi(argv[1]);
  launch_from_threads(argv[2], count / 20 + threads);  // what is kept is kept by now
  ::malloc_trim(0);
  const auto descriptors = open_descriptors();
  const auto threads_before = thread_count();
  const auto memory = resident_bytes();
  const int wrong = launch_from_threads(argv[2], count);
  ::malloc_trim(0);
  const auto grown = static_cast<long>(resident_bytes()) - static_cast<long>(memory);
  const auto after = open_descriptors();
  std::printf(
      "%d launches, %d wrong; descriptors %zu -> %zu, threads %zu, children %zu, memory %+ld KiB\n",
      count, wrong, descriptors.size(), after.size(), thread_count(), children().size(),
      grown / 1024);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  constexpr long allowed = 64L << 20;  // the instruments keep records of their own
#else
  constexpr long allowed = 2L << 20;
#endif
  return wrong != 0 || after != descriptors || !threads_come_to(threads_before) ||
         !children().empty() || grown > allowed;
}
