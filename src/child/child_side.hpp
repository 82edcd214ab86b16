// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

namespace forklift::launch {

/// Executes the plan of a `Frame` in the child; never returns.
extern "C" void forklift_child_side(void* frame);

}  // namespace forklift::launch
