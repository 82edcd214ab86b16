// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "check/sample.hpp"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "check/prediction.hpp"
#include "watch/sleeper.hpp"

namespace {

constexpr std::size_t mebibyte = 1U << 20;

std::uint64_t most_of_one(const std::vector<check::Mapping>& mappings) {
  std::uint64_t most = 0;
  for (const check::Mapping& mapping : mappings) most = std::max(most, mapping.anonymous);
  return most;
}

}  // namespace

TEST_CASE("samples find the mapping that has the memory, and how much it has") {
  const Sleeper child([] { fill_memory(96 * mebibyte); });
  const auto mappings = check::sample_mappings(process::look_at(child.pid()));
  REQUIRE(mappings);
  CHECK(most_of_one(*mappings) >= 90 * mebibyte);
  CHECK(most_of_one(*mappings) < 120 * mebibyte);
}

TEST_CASE("samples add up to what the process has, also if most of its addresses are empty") {
  const Sleeper child([] {
    constexpr std::size_t size = std::size_t{64} << 30;
    void* const kept = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (kept == MAP_FAILED) ::_exit(1);
    fill_memory(96 * mebibyte);
  });
  const auto found = process::look_at(child.pid());
  const auto mappings = check::sample_mappings(found);
  REQUIRE(mappings);
  std::uint64_t sum = 0;
  for (const check::Mapping& mapping : *mappings) sum += mapping.anonymous;
  CHECK(sum <= found.memory.anonymous);
  CHECK(sum >= found.memory.anonymous * 9 / 10);
}

TEST_CASE("huge pages are seen in samples, too") {
  constexpr std::size_t size = 64 * mebibyte;
  const Sleeper child([] {
    void* const mapped =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ::madvise(mapped, size, MADV_HUGEPAGE);
    for (std::size_t at = 0; at < size; at += 4096) static_cast<volatile char*>(mapped)[at] = 1;
  });
  const auto found = process::look_at(child.pid());
  const auto exact = check::mappings_of(child.pid());
  const auto sampled = check::sample_mappings(found);
  REQUIRE(exact);
  REQUIRE(sampled);
  std::uint64_t huge = 0;
  for (const check::Mapping& mapping : *exact) huge += mapping.huge;
  std::uint64_t seen = 0;
  for (const check::Mapping& mapping : *sampled) seen += mapping.huge;
  if (huge == 0 || seen == 0) {
    MESSAGE("skipped: no huge pages, or a kernel before 6.7, which does not tell them");
    return;
  }
  CHECK(seen >= huge * 8 / 10);
  CHECK(seen <= huge * 12 / 10);
}

TEST_CASE("a process that is gone has no samples") {
  process::Process gone;
  gone.pid = 2147483647;
  CHECK_FALSE(check::sample_mappings(gone));
}
