// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/tracing/hook_cost.hpp"

#include <bpf/bpf.h>
#include <unistd.h>

namespace watch::tracing {
namespace {

using namespace std::chrono_literals;

}  // namespace

HookTimer::HookTimer(std::function<HookCost()> sum, Nanoseconds now)
    : sum_(std::move(sum)), begin_(now) {
  start(now);
}

HookTimer::~HookTimer() {
  if (statistics_ >= 0) ::close(statistics_);
}

void HookTimer::turn(Nanoseconds now) {
  const bool wanted = (now - begin_) % 1s < 100ms;
  if (wanted && statistics_ < 0) start(now);
  if (!wanted && statistics_ >= 0) stop(now);
}

HookCost HookTimer::estimate(Nanoseconds now) {
  if (statistics_ >= 0) stop(now);
  if (on_for_ == 0ns) return {};
  const double part =
      static_cast<double>((now - begin_).count()) / static_cast<double>(on_for_.count());
  const auto scale = [&](auto counted) {
    return static_cast<decltype(counted)>(static_cast<double>(counted) * part);
  };
  return {Nanoseconds(scale(counted_.time.count())), scale(counted_.runs)};
}

void HookTimer::start(Nanoseconds now) {
  statistics_ = bpf_enable_stats(BPF_STATS_RUN_TIME);
  on_since_ = now;
  before_ = sum_();
}

// Another watcher may time the same hooks: only differences count.
void HookTimer::stop(Nanoseconds now) {
  const HookCost sum = sum_();
  counted_.time += sum.time - before_.time;
  counted_.runs += sum.runs - before_.runs;
  on_for_ += now - on_since_;
  ::close(statistics_);
  statistics_ = -1;
}

}  // namespace watch::tracing
