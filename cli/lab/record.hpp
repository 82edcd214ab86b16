// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace lab {

/// The files for a run's figures; an empty path means none.
struct Record {
  std::string json;
  std::string html;  ///< a page that shows them
};

/// Checks before the long work that the files can be written after it.
///
/// Errors: throws `Refusal` if both are the same, and `std::runtime_error` with
/// one line that names the file.
void check(const Record& record);

/// Errors: as above.
void write(const Record& record, const nlohmann::json& document);

}  // namespace lab
