// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

namespace lab {

/// Something that makes figures less reliable, and how to avoid it.
struct Warning {
  enum class Kind {
    noisy,        ///< other processes used the machine meanwhile
    memory,       ///< less than asked
    descriptors,  ///< fewer than asked
    peer,         ///< a toolchain that takes no part
    interrupted,  ///< by SIGINT: incomplete
    launches,     ///< too few for a percentile
  };
  Kind kind;
  std::string text;
  std::string advice;
};

std::string name(Warning::Kind kind);

/// The warnings of a run: each is printed at once, and kept.
class Warnings {
 public:
  /// `before`: called before each is printed, for instance to clear a line.
  explicit Warnings(std::function<void()> before = [] {}) : before_(std::move(before)) {}

  void add(Warning warning);
  const std::vector<Warning>& all() const { return all_; }

 private:
  std::function<void()> before_;
  std::vector<Warning> all_;
};

/// The end of a report; empty without any.
std::string as_text(const std::vector<Warning>& warnings);

nlohmann::json as_json(const std::vector<Warning>& warnings);

}  // namespace lab
