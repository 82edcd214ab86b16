// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "plan/streams.hpp"

#include <doctest/doctest.h>

#include <climits>

using forklift::Stdio;
using forklift::launch::choose_window, forklift::launch::LaunchSpec,
    forklift::launch::resolve_streams;

namespace {

LaunchSpec order_with(std::initializer_list<int> targets) {
  LaunchSpec spec;
  for (const int target : targets) spec.streams.emplace(target, Stdio::null());
  return spec;
}

}  // namespace

TEST_CASE("the standard descriptors are among the streams, asked for or not") {
  const auto streams = resolve_streams(order_with({5, 1}));
  REQUIRE(streams);
  REQUIRE(streams->size() == 4);
  CHECK((*streams)[0].target == 0);
  CHECK((*streams)[0].stdio == nullptr);
  CHECK((*streams)[1].stdio != nullptr);
  CHECK((*streams)[3].target == 5);
}

TEST_CASE("descriptors wait above all targets when there is room below the limit") {
  const LaunchSpec spec = order_with({3, 40});
  const auto window = choose_window(*resolve_streams(spec), 10, 1024);
  CHECK(window.first == 41);
  CHECK(window.last == INT_MAX);
}

TEST_CASE("descriptors wait in the longest gap when a target is next to the limit") {
  const LaunchSpec spec = order_with({10, 500, 1023});
  const auto window = choose_window(*resolve_streams(spec), 10, 1024);
  CHECK(window.first == 501);
  CHECK(window.last == 1022);
}
