// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace goroutines {

/// A release of Go, as 1.19; point releases never change what we read.
struct Version {
  unsigned major = 0;
  unsigned minor = 0;

  auto operator<=>(const Version&) const = default;
};

/// Of "go1.19.8", "go1.20rc1", "devel go1.21-a7f4e3b Mon ...", "go1.22.1 X:boringcrypto";
/// 0.0 for any other text.
Version parse_version(std::string_view text);

/// "1.19".
std::string print(Version version);

}  // namespace goroutines
