// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace lab {
namespace {

// The figure at a fraction of the way through sorted figures (nearest rank).
double at(const std::vector<double>& sorted, double fraction) {
  const auto last = static_cast<double>(sorted.size() - 1);
  return sorted[static_cast<std::size_t>(std::lround(std::clamp(fraction, 0.0, 1.0) * last))];
}

}  // namespace

nlohmann::json as_json(const Summary& summary) {
  return {{"p50", summary.p50}, {"p99", summary.p99}, {"max", summary.max}};
}

nlohmann::json as_json(const Interval& interval) {
  return {{"p50", interval.p50}, {"low", interval.low}, {"high", interval.high}};
}

Summary summarize(std::vector<double> figures) {
  if (figures.empty()) return {};
  std::ranges::sort(figures);
  return {at(figures, 0.5), at(figures, 0.99), figures.back()};
}

double median(std::vector<double> figures) { return summarize(std::move(figures)).p50; }

double quantile(std::vector<double> figures, double fraction) {
  if (figures.empty()) return 0;
  std::ranges::sort(figures);
  return at(figures, fraction);
}

Interval interval(std::vector<double> figures) {
  if (figures.empty()) return {};
  std::ranges::sort(figures);
  const auto count = static_cast<double>(figures.size());
  // The rank of the median is binomial with p = 1/2; 1.96 standard deviations
  // on either side contain 95 %.
  const double reach = count > 1 ? 1.96 * std::sqrt(count) / 2 / (count - 1) : 0.5;
  return {at(figures, 0.5), at(figures, 0.5 - reach), at(figures, 0.5 + reach)};
}

bool no_difference(const Interval& ratio) { return ratio.low <= 1.02 && ratio.high >= 0.98; }

}  // namespace lab
