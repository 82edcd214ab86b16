// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace check {

/// What a line of a report may have.
constexpr std::size_t columns = 100;

/// A text wrapped between words, with something before its first line and before
/// those that follow.
std::string paragraph(std::string_view first, std::string_view next, std::string_view text);

/// At most so many columns, with "..." where it is cut.
std::string cut(const std::string& text, std::size_t most);

}  // namespace check
