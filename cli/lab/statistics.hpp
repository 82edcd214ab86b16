// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

namespace lab {

/// The summary of many figures of one kind, in their unit.
struct Summary {
  double p50 = 0;
  double p99 = 0;
  double max = 0;
};

/// The same in every record.
nlohmann::json as_json(const Summary& summary);

Summary summarize(std::vector<double> figures);
double median(std::vector<double> figures);
/// The figure at a fraction of the way through all of them; 0 without any.
double quantile(std::vector<double> figures, double fraction);

/// A median with the interval in which it lies with 95 % confidence.
struct Interval {
  double p50 = 0;
  double low = 0;
  double high = 0;
};

nlohmann::json as_json(const Interval& interval);

/// The interval of the median by order statistics: no assumption about the
/// distribution, only that the figures are independent.
Interval interval(std::vector<double> figures);

/// Whether a ratio may be that of two equals: its interval reaches to within 2
/// % of one, which is less than a machine's own fluctuation.
bool no_difference(const Interval& ratio);

}  // namespace lab
