// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace lab::hang {

/// Which of the two things that Go 1.9 changed are taken back. Launches under
/// either go one by one, as until Go 1.20.
struct Undo {
  bool fork = false;     ///< clone without CLONE_VFORK and CLONE_VM
  bool barging = false;  ///< sync.Mutex without starvation mode
};

/// The text of a file of Go's sources by its path below `src`, nothing if there is none.
using GoSource = std::function<std::optional<std::string>(const std::string& path)>;

/// Changed files of the installed Go's own sources, by their path below `src`.
using Overlay = std::map<std::string, std::string>;

/// Errors: one line that names the file and what was expected there, and where
/// something like it stands.
std::expected<Overlay, std::string> make_overlay(const GoSource& source, Undo undo);

}  // namespace lab::hang
