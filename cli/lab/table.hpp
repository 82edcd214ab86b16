// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>
#include <tuple>
#include <vector>

#include "lab/measure.hpp"
#include "quantity.hpp"

namespace lab {

/// The contenders, in the order of the runs.
template <class R>
std::vector<std::string> contenders(const std::vector<R>& runs) {
  std::vector<std::string> names;
  for (const R& run : runs) {
    if (std::ranges::find(names, run.contender) == names.end()) names.push_back(run.contender);
  }
  return names;
}

/// Runs that have a `contender` and a `load`, as a table for people: a row per
/// contender, a column per load, only for loads that pass a filter.
template <class R>
class Table {
 public:
  Table(const std::vector<R>& runs, const std::function<bool(const Load&)>& wanted)
      : runs_(runs), contenders_(contenders(runs)) {
    for (const R& run : runs) {
      const auto is_here = [&](const Load& load) { return same(load, run.load); };
      if (wanted(run.load) && std::ranges::none_of(loads_, is_here)) loads_.push_back(run.load);
    }
  }

  bool empty() const { return loads_.empty(); }

  std::string print(const std::string& title,
                    const std::function<std::string(const R&)>& cell) const {
    std::string text = "\n" + title + "\n";
    text += header([](const Load& load) { return print_size(load.rss); }, "resident");
    text +=
        header([](const Load& load) { return fmt::format("{}", load.descriptors); }, "descriptors");
    if (std::ranges::any_of(loads_, [](const Load& load) { return load.workers > 1; })) {
      text += header([](const Load& load) { return fmt::format("{}", load.workers); }, "threads");
    }
    for (const std::string& contender : contenders_) {
      std::string cells;
      for (const Load& load : loads_) {
        const R* const run = find(contender, load);
        cells += fmt::format("{:>{}}", run ? cell(*run) : "", column_);
      }
      // Omits contenders without any of these loads.
      if (cells.find_first_not_of(' ') == std::string::npos) continue;
      text += fmt::format("  {:<16}{}\n", contender, cells);
    }
    return text;
  }

 private:
  static constexpr int column_ = 20;

  static bool same(const Load& a, const Load& b) {
    return std::tie(a.rss, a.descriptors, a.workers) == std::tie(b.rss, b.descriptors, b.workers);
  }

  std::string header(const std::function<std::string(const Load&)>& value, const char* what) const {
    std::string text = fmt::format("  {:<16}", what);
    for (const Load& load : loads_) text += fmt::format("{:>{}}", value(load), column_);
    return text + "\n";
  }

  const R* find(const std::string& contender, const Load& load) const {
    for (const R& run : runs_) {
      if (run.contender == contender && same(run.load, load)) return &run;
    }
    return nullptr;
  }

  const std::vector<R>& runs_;
  std::vector<std::string> contenders_;
  std::vector<Load> loads_;
};

}  // namespace lab
