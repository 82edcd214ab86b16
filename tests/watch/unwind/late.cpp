// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// A library loaded after everything else has been read.

extern "C" int late_function() { return 4711; }
