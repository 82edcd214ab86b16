// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace lab {

/// What the build embedded: the report page with a place for the documents, or,
/// where it could not be made, one line that says why.
std::string_view page_text();

}  // namespace lab
