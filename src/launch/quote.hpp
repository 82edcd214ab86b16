// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace forklift::launch {

/// The text in single quotes, with what cannot be printed written as \xNN.
std::string quote(std::string_view text);

}  // namespace forklift::launch
