// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>

/// " (did you mean 'watch'?)" if a name is near a mistyped word: two letters
/// (one in a short word) changed, omitted, added or exchanged with the next, or
/// the rest omitted. Else empty.
std::string did_you_mean(std::string_view word, std::span<const std::string> names);
