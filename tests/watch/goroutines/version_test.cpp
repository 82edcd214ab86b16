// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "goroutines/version.hpp"

#include <doctest/doctest.h>

using goroutines::parse_version;
using goroutines::Version;

TEST_CASE("a version of Go is read in all ways that Go writes it") {
  CHECK(parse_version("go1.8") == Version{1, 8});
  CHECK(parse_version("go1.19.8") == Version{1, 19});
  CHECK(parse_version("go1.20rc1") == Version{1, 20});
  CHECK(parse_version("devel go1.21-a7f4e3b Mon Jan 2 15:04:05 2023 +0000") == Version{1, 21});
  CHECK(parse_version("go1.22.1 X:boringcrypto") == Version{1, 22});
}

TEST_CASE("what is no version is older than any") {
  for (const char* const text : {"", "go", "go1", "go1.", "devel +abc", "1.19"}) {
    CAPTURE(text);
    CHECK(parse_version(text) == Version{});
  }
  CHECK(Version{1, 9} < Version{1, 10});
}
