// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// A library that is loaded when everything else has long been looked at.

extern "C" int late_function() { return 4711; }
