// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "lab/warning.hpp"

namespace lab {

/// A language whose tools may be on the machine, and its way to launch.
///
/// In the commands, "{source}" stands for the peer's source and "{out}" for the
/// folder with what was built of it.
struct Toolchain {
  std::string peer;                  ///< "peer-go"
  std::string language;              ///< "Go"
  std::string interface;             ///< "os/exec"
  std::string source;                ///< "peer.go"
  std::string package;               ///< where Debian has it
  std::vector<std::string> version;  ///< the command that prints it
  std::vector<std::string> build;    ///< empty: runs from source
  std::vector<std::string> run;      ///< without the program to launch
};

/// A peer that can be started.
struct Recipe {
  std::string version;
  std::vector<std::string> command;
};

/// All that the lab knows of, in the order of the tables.
const std::vector<Toolchain>& toolchains();

/// Finds the toolchain by PATH and builds its peer, unless the cache has it.
///
/// Errors: a warning that says what is missing.
std::expected<Recipe, Warning> prepare(const Toolchain& toolchain);

}  // namespace lab
