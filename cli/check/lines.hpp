// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace check {

/// The width of a report's line.
constexpr std::size_t columns = 100;

/// A text wrapped between words, with a prefix for its first line and one for
/// the others.
std::string paragraph(std::string_view first, std::string_view next, std::string_view text);

/// At most this many columns, with "..." where it is cut.
std::string cut(const std::string& text, std::size_t most);

}  // namespace check
