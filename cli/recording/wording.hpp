// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

#include "quantity.hpp"
#include "recording/event.hpp"

/// Figures for people: three digits, and a suitable unit.
namespace watch {

std::string say(Nanoseconds time);
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
