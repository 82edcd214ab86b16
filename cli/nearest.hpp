// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>

/// " (did you mean 'watch'?)" where one of the names is near a mistyped word: two
/// letters (of a short word one) changed, left out, added or exchanged with the
/// next, or the rest left out. Else empty.
std::string did_you_mean(std::string_view word, std::span<const std::string> names);
