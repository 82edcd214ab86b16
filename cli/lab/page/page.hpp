// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace lab {

/// Checks before any long work whether a page could be written there.
///
/// Errors: throws `std::runtime_error` with one line: why this build has no
/// page, or why the path cannot be written.
void check_page(const std::string& path);

/// One self-contained HTML page that shows documents recorded by `--json`.
///
/// Requires: the documents passed `check_document`.
/// Errors: throws `std::runtime_error` where this build has no page.
std::string as_html(const std::vector<nlohmann::json>& documents);

/// Writes that page.
void write_page(const std::string& path, const std::vector<nlohmann::json>& documents);

}  // namespace lab
