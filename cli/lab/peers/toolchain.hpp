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

/// A language whose tools may be installed, and its way to launch.
///
/// In the commands, "{source}" is replaced by the peer's source and "{out}" by
/// the directory of its build.
struct Toolchain {
  std::string peer;                  ///< "peer-go"
  std::string language;              ///< "Go"
  std::string interface;             ///< "os/exec"
  std::string source;                ///< "peer.go"
  std::string package;               ///< its Debian package
  std::vector<std::string> version;  ///< the command that prints it
  std::vector<std::string> build;    ///< empty: runs from source
  std::vector<std::string> run;      ///< without the program to launch
};

/// A peer that can be started.
struct Recipe {
  std::string version;
  std::vector<std::string> command;
};

/// All known ones, in the order of the tables.
const std::vector<Toolchain>& toolchains();

/// This user's cache of builds; nothing without a home.
std::optional<std::filesystem::path> cache_folder();

/// FNV-1a: the same in every build of ours, so that caches stay valid.
std::uint64_t stable_hash(const std::string& text);

/// Finds the toolchain by PATH and builds its peer, unless the cache has it.
///
/// Errors: a warning with what is missing.
std::expected<Recipe, Warning> prepare(const Toolchain& toolchain);

}  // namespace lab
