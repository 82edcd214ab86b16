// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

/// What the command line chose: runs it and gives the exit status.
using Action = std::function<int()>;
