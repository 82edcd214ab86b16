// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "lab/hang/effects.hpp"
#include "lab/warning.hpp"

namespace lab::hang {

/// A program of goroutines that launch, by a real Go runtime.
struct GoRuntime {
  std::string name;     ///< "real-go1.8"
  std::string version;  ///< of the Go that is installed: "1.19.8"
  std::vector<std::string> command;
  bool launchers_share = false;  ///< unchanged, and from Go 1.21 on
};

/// The real runtime's corners, by name.
const Corners& real_corners();

/// The installed Go as it is (`real-go`), and the four corners: its own sources
/// with one, both or none of what Go 1.9 changed taken back, by `go build
/// -overlay`. Built once for each version of Go.
///
/// What cannot be had is left out with a warning.
std::vector<GoRuntime> find_go_runtimes(Warnings& warnings);

}  // namespace lab::hang
