// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <iosfwd>
#include <string>

#include "recording/recording.hpp"

/// A recording as lines of JSON: a heading with the schema, a line an event, and
/// the ending, without which the recording is known to be cut short.
namespace watch::record {

constexpr int schema = 1;

std::string as_lines(const Recording& recording);

/// Errors: throws `Refusal` with one line: the name, the line and the reason.
Recording from_lines(std::istream& lines, const std::string& name);

/// For its owner's eyes alone: it holds stacks and command lines.
///
/// Errors: as `write_whole`.
void write(const std::string& path, const Recording& recording);

/// Errors: throws `Refusal` as above, also if there is no such file.
Recording read(const std::string& path);

}  // namespace watch::record
