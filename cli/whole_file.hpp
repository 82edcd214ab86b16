// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

/// Writes a file completely or not at all: to a temporary file beside it,
/// which, once on the disk, replaces it. Files that are not regular, such as
/// pipes and terminals, are written directly.
///
/// Errors: throws `std::runtime_error` with one line that names the file;
/// nothing is left behind, and the old content stays.
void write_whole(const std::string& path, std::string_view text, mode_t mode = 0644);

/// Checks before any long work that this could be done after it.
///
/// Errors: as above.
void check_writable(const std::string& path);
