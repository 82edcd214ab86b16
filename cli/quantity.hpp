// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

/// "4G", "512M", "100k", "7"; units are powers of 1024, with or without "B" or
/// "iB", in any case.
///
/// Errors: throws `std::invalid_argument` with the reason, as all below.
std::size_t parse_size(const std::string& text);

/// A whole number from `least` to `most`, in decimal digits.
std::size_t parse_count(const std::string& text, std::size_t least, std::size_t most);
/// One from 1 to `most`.
std::size_t parse_count(const std::string& text, std::size_t most);

/// A number from `least` to `most`, in decimal digits.
double parse_real(const std::string& text, double least, double most);

/// Bytes per second: a size, with or without "/s".
std::size_t parse_rate(const std::string& text);

/// "250ms", "30s", "2m"; only 0 needs no unit.
std::chrono::milliseconds parse_duration(const std::string& text);

/// As in timeout(1): "5" is seconds, and ns, us, ms, s, m, h, d are units.
std::chrono::nanoseconds parse_time(const std::string& text);

/// "512 KiB", "2.1 MiB", "4 GiB".
std::string print_size(std::size_t bytes);

/// "12 us", "3.41 ms", "1.2 s", from microseconds.
std::string print_time(double microseconds);

/// "23", "12,345", "1.03 million".
std::string print_count(double count);
