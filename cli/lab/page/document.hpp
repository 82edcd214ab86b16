// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace lab {

/// Reads a document that `forklift lab --json` or `forklift lab hang --json`
/// recorded.
///
/// Errors: throws `std::runtime_error` with one line that names the file and
/// its first invalid part.
nlohmann::json read_document(const std::string& path);

/// Throws `std::runtime_error` that names the first field not in the lab's
/// format. A document without a kind is a sweep.
void check_document(const nlohmann::json& document);

}  // namespace lab
