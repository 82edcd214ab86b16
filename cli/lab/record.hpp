// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace lab {

/// Says before the long work whether a file of figures could be written after
/// it; an empty path stands for none.
///
/// Errors: throws `std::runtime_error` with one line that names the file.
void check_writable(const std::string& path);

/// Errors: as above.
void write_record(const std::string& path, const std::string& text);

}  // namespace lab
