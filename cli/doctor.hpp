// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

/// Prints what the library found on this machine, how well processes can be
/// watched on it, and what would make launches faster.
void doctor();
