// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "lab/record.hpp"

namespace lab {

/// The options of `forklift lab`; empty lists select its own sweep.
struct LabRequest {
  std::vector<std::string> contenders;
  std::vector<std::size_t> rss;  ///< bytes
  std::vector<std::size_t> descriptors;
  std::vector<std::size_t> workers;
  std::size_t launches = 0;            ///< 0: as many as time allows
  std::optional<std::size_t> first{};  ///< processes whose first launch is measured; 0: none
  std::string program;                 ///< empty: the do-nothing child
  bool quick = false;
  bool peers = false;  ///< include the installed toolchains
  Record record;
  std::string command_line;  ///< for the record
};

/// Runs the sweep and prints the tables.
///
/// Errors: throws `std::runtime_error` with one line.
void run(const LabRequest& request);

}  // namespace lab
