// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "check/mapping.hpp"

#include <algorithm>
#include <charconv>

#include "process/proc_file.hpp"

namespace check {
namespace {

constexpr std::uint64_t page = 4096;
constexpr std::uint64_t huge_page = 512 * page;
constexpr std::uint64_t entry = 8;

// "7f12-7f34 rw-p 00000000 00:00 0      [heap]"; none for any other line.
std::optional<Mapping> parse_head(std::string_view line) {
  Mapping mapping;
  const char* const end = line.data() + line.size();
  const auto begun = std::from_chars(line.data(), end, mapping.begin, 16);
  if (begun.ec != std::errc() || begun.ptr == end || *begun.ptr != '-') return std::nullopt;
  const auto ended = std::from_chars(begun.ptr + 1, end, mapping.end, 16);
  if (ended.ec != std::errc()) return std::nullopt;
  std::string_view rest(ended.ptr, static_cast<std::size_t>(end - ended.ptr));
  mapping.is_private = rest.size() > 4 && rest[4] == 'p';
  mapping.is_reserved = rest.starts_with(" ---");
  for (int word = 0; word < 4; ++word) {
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    rest.remove_prefix(std::min(rest.find(' '), rest.size()));
  }
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  mapping.name = process::printable(rest);
  return mapping;
}

void parse_line(Mapping& mapping, std::string_view line) {
  const auto size = [line](std::string_view key) { return process::bytes(line, key); };
  if (line.starts_with("Rss:")) mapping.resident = size("Rss:");
  if (line.starts_with("Anonymous:")) mapping.anonymous = size("Anonymous:");
  if (line.starts_with("Swap:")) mapping.swapped = size("Swap:");
  for (const char* key : {"AnonHugePages:", "ShmemPmdMapped:", "FilePmdMapped:"}) {
    if (line.starts_with(key)) mapping.huge += size(key);
  }
  if (line.starts_with("VmFlags:")) {
    mapping.kept_from_children = line.find(" dc") != std::string_view::npos;
  }
}

}  // namespace

bool is_copied(const Mapping& mapping) {
  return mapping.is_private && !mapping.kept_from_children &&
         (mapping.anonymous > 0 || mapping.swapped > 0);
}

std::uint64_t copied_tables(const Mapping& mapping) {
  if (!is_copied(mapping)) return 0;
  const std::uint64_t small =
      mapping.resident - std::min(mapping.huge, mapping.resident) + mapping.swapped;
  // A huge page costs about a fortieth of a table of small ones: it has one
  // entry, and a fork takes an empty table for the time when it is split.
  constexpr std::uint64_t cost_of_huge = page / 40;
  return small / page * entry + mapping.huge / huge_page * cost_of_huge;
}

std::vector<Mapping> parse_mappings(std::string_view smaps) {
  std::vector<Mapping> mappings;
  for (std::size_t at = 0; at < smaps.size();) {
    const std::size_t end = std::min(smaps.find('\n', at), smaps.size());
    const std::string_view line = smaps.substr(at, end - at);
    if (auto mapping = parse_head(line)) {
      mappings.push_back(std::move(*mapping));
    } else if (!mappings.empty()) {
      parse_line(mappings.back(), line);
    }
    at = end + 1;
  }
  return mappings;
}

std::optional<std::vector<Mapping>> mappings_of(pid_t pid) {
  const process::Text smaps = process::read_file(process::proc_path(pid, "smaps"));
  if (smaps.error != 0 || smaps.text.empty()) return std::nullopt;
  return parse_mappings(smaps.text);
}

}  // namespace check
