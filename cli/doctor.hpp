// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

/// Prints what the library found on this machine, and what would make it faster.
void doctor();
