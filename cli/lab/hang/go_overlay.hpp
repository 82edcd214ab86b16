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

/// Which of the two changes of Go 1.9 are reverted. With either, launches are
/// exclusive, as until Go 1.20.
struct Undo {
  bool fork = false;     ///< clone without CLONE_VFORK and CLONE_VM
  bool barging = false;  ///< sync.Mutex without starvation mode
};

/// The text of a file of Go's sources by its path below `src`; nothing if absent.
using GoSource = std::function<std::optional<std::string>(const std::string& path)>;

/// Changed files of the installed Go's sources, by their path below `src`.
using Overlay = std::map<std::string, std::string>;

/// Errors: one line with the file, the text expected there, and the place of
/// similar text.
std::expected<Overlay, std::string> make_overlay(const GoSource& source, Undo undo);

}  // namespace lab::hang
