// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace lab {

/// The embedded report page with a place for the documents, or, if the build
/// could not make it, one line with the reason.
std::string_view page_text();

}  // namespace lab
