// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "recording/event.hpp"

/// Figures for people: three digits, and a suitable unit.
namespace watch {

std::string say(Nanoseconds time);
/// "512 KiB", "2.1 MiB", "1.03 GiB".
std::string say_size(std::uint64_t bytes);
/// "23", "12,345", "1.03 million".
std::string say_count(double count);
/// "0.3 %", "12 %".
std::string say_share(double share);
/// "1 call", "2 calls".
std::string say_several(std::size_t count, const std::string& noun);

/// "fork < do_one < main" of at most this many characters, innermost first; an
/// omission in the middle is "..".
std::string say(const Stack& stack, std::size_t width);

/// The number of columns on a screen, not bytes.
std::size_t columns(const std::string& text);
/// The first columns of a text, with ".." instead of the rest.
std::string shorten(const std::string& text, std::size_t width);

}  // namespace watch
