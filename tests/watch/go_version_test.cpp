// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "process/go_version.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <unistd.h>

#include <fstream>

using process::go_version;

TEST_CASE("the version of Go is found as a text, by its address, and in its variable") {
  CHECK(go_version(GO_PROGRAMS "/go_text") == "go1.21.3");
  CHECK(go_version(GO_PROGRAMS "/go_address") == "go1.13.4");
  CHECK(go_version(GO_PROGRAMS "/go_variable") == "go1.8.7");
}

TEST_CASE("what Go did not link, is no program, or cannot be read has no version of Go") {
  CHECK_FALSE(go_version("/proc/self/exe"));
  CHECK_FALSE(go_version("/proc/self/status"));
  CHECK_FALSE(go_version("/no/such/file"));
  CHECK_FALSE(go_version("/"));
}

TEST_CASE("a program that was cut short is no reason to fail") {
  std::ifstream whole(GO_PROGRAMS "/go_text", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(whole), {}};
  REQUIRE(bytes.size() > 1000);
  char name[] = "/tmp/forklift_go_XXXXXX";
  const int file = ::mkstemp(name);
  REQUIRE(file >= 0);
  for (std::size_t size = 0; size < bytes.size(); size += bytes.size() / 50) {
    REQUIRE(::ftruncate(file, 0) == 0);
    REQUIRE(::pwrite(file, bytes.data(), size, 0) == static_cast<ssize_t>(size));
    CHECK_NOTHROW(go_version(name));
  }
  ::close(file);
  ::unlink(name);
}
