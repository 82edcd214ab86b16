// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

/// Writes a file that is there whole or not at all: beside it first, then, once
/// it is on the disk, in place of what was there. What is no regular file, such
/// as a pipe or a terminal, is written to as it is.
///
/// Errors: throws `std::runtime_error` with one line that names the file; nothing
/// is left behind, and what was there before stays.
void write_whole(const std::string& path, std::string_view text, mode_t mode = 0644);

/// Says before any long work whether that could be done after it.
///
/// Errors: as above.
void check_writable(const std::string& path);
