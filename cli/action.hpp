// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

/// The chosen command: runs it and returns the exit status.
using Action = std::function<int()>;
