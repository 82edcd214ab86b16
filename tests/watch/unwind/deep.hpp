// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include "capture.hpp"

/// Functions without frame pointers that capture themselves.
namespace deep {

Capture outermost();
Capture within_sort();
Capture recursive(int depth);

}  // namespace deep
