// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "goroutines/wait_reasons.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace goroutines {
namespace {

constexpr std::size_t header_size = 16;  // of a Go string
constexpr std::size_t most_reasons = 128;
constexpr std::size_t longest_reason = 64;
// The first reason is empty; the second has been this one in all versions.
constexpr std::string_view second = "GC assist marking";

bool begins_here(const Memory& memory, std::span<const std::byte> bytes, std::uint64_t at) {
  const auto first_length = value_at<std::uint64_t>(bytes, at + 8);
  const auto text = value_at<Address>(bytes, at + header_size);
  const auto length = value_at<std::uint64_t>(bytes, at + header_size + 8);
  if (first_length != 0 || length != second.size() || !text) return false;
  std::array<char, second.size()> found{};
  return memory.read(*text, std::as_writable_bytes(std::span(found))) &&
         std::string_view(found.data(), found.size()) == second;
}

std::optional<Address> find_by_contents(const Program& program) {
  constexpr std::uint64_t most = 64U << 20;
  for (const char* const name : {".data", ".data.rel.ro", ".rodata"}) {
    const auto section = program.section(name);
    if (!section) continue;
    const auto bytes = program.memory().bytes(section->address, std::min(section->size, most));
    for (std::uint64_t at = 0; at + 2 * header_size <= bytes.size(); at += 8) {
      if (begins_here(program.memory(), bytes, at)) return section->address + at;
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> read_wait_reasons(const Program& program) {
  std::vector<std::string> reasons;
  auto at = program.variable("runtime.waitReasonStrings");
  if (!at && !program.has_symbols()) at = find_by_contents(program);
  if (!at) return reasons;
  // Only the compiler knows its length: it ends at the first entry without text.
  while (reasons.size() < most_reasons) {
    const auto text = program.memory().text(*at + reasons.size() * header_size, longest_reason);
    if (!text || (text->empty() && !reasons.empty())) break;
    if (!std::ranges::all_of(*text, [](char c) { return c >= ' ' && c <= '~'; })) break;
    reasons.push_back(*text);
  }
  return reasons;
}

}  // namespace goroutines
