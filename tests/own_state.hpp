// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

#pragma once

#include <map>
#include <string>

/// All that the kernel reports about this process and the calling thread,
/// except values that change by themselves (memory in use, times, counts of
/// context switches).
std::map<std::string, std::string> own_state();

/// The keys by which two states differ, with both values; "" if none.
std::string difference(const std::map<std::string, std::string>& before,
                       const std::map<std::string, std::string>& after);
