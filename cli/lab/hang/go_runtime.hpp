// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "lab/hang/effects.hpp"
#include "lab/warning.hpp"

namespace lab::hang {

/// A program of launching goroutines, with a real Go runtime.
struct GoRuntime {
  std::string name;     ///< "real-go1.8"
  std::string version;  ///< of the installed Go: "1.19.8"
  std::vector<std::string> command;
  bool launchers_share = false;  ///< unchanged, and since Go 1.21
};

/// The real runtime's corners, by name.
const Corners& real_corners();

/// The unchanged installed Go (`real-go`), and the four corners: its own
/// sources with one, both or none of the changes of Go 1.9 reverted, by `go
/// build -overlay`. Built once for each version of Go.
///
/// Unavailable ones are left out with a warning.
std::vector<GoRuntime> find_go_runtimes(Warnings& warnings);

}  // namespace lab::hang
