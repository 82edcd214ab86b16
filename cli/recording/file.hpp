// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <iosfwd>
#include <string>

#include "recording/recording.hpp"

/// A recording as lines of JSON: a header with the schema, a line per event,
/// and the footer, whose absence shows that the recording was cut short.
namespace watch::record {

constexpr int schema = 1;

std::string as_lines(const Recording& recording);

/// Errors: throws `Refusal` with one line: the name, the line and the reason.
Recording from_lines(std::istream& lines, const std::string& name);

/// Readable by its owner only: it contains stacks and command lines.
///
/// Errors: as `write_whole`.
void write(const std::string& path, const Recording& recording);

/// Errors: throws `Refusal` as above, also if there is no such file.
Recording read(const std::string& path);

}  // namespace watch::record
