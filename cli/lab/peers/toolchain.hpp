// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
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

/// Where what was built is kept, for this user; nothing without a home.
std::optional<std::filesystem::path> cache_folder();

/// FNV-1a: the same in every build of ours, so that a cache is found again.
std::uint64_t stable_hash(const std::string& text);

/// Finds the toolchain by PATH and builds its peer, unless the cache has it.
///
/// Errors: a warning that says what is missing.
std::expected<Recipe, Warning> prepare(const Toolchain& toolchain);

}  // namespace lab
