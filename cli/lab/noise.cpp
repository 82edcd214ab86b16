// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/noise.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <numeric>
#include <string>

namespace lab {
namespace {

constexpr const char* advice =
    "end what else runs, or run again when it is quiet; until then trust ratios, not times";

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double used_by(int who) {
  rusage used{};
  ::getrusage(who, &used);
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

}  // namespace

ProcessorTime processor_time() {
  // proc(5): user, nice, system, idle, iowait, irq, softirq, steal, in ticks.
  enum { idle = 3, iowait = 4, steal = 7 };
  std::array<double, 8> ticks{};
  std::ifstream file("/proc/stat");
  std::string cpu;
  file >> cpu;
  for (double& tick : ticks) file >> tick;
  const auto per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const double all = std::accumulate(ticks.begin(), ticks.end(), 0.0);
  return {.all = all / per_second,
          .busy = (all - ticks[idle] - ticks[iowait]) / per_second,
          .stolen = ticks[steal] / per_second,
          .own = used_by(RUSAGE_SELF) + used_by(RUSAGE_CHILDREN)};
}

std::optional<Warning> noise_between(const ProcessorTime& before, const ProcessorTime& after) {
  constexpr double too_much = 0.1;
  const double all = after.all - before.all;
  if (all <= 0) return std::nullopt;
  const double stolen = std::max(0.0, after.stolen - before.stolen) / all;
  const double others =
      std::max(0.0, (after.busy - before.busy) / all - stolen - (after.own - before.own) / all);
  if (stolen + others < too_much) return std::nullopt;
  return Warning{Warning::Kind::noisy,
                 fmt::format("other programs used {:.0f} % of the processors meanwhile, and the "
                             "host took {:.0f} %",
                             100 * others, 100 * stolen),
                 advice};
}

}  // namespace lab
