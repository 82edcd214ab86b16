// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace check {

/// A part of an address space, as in smaps. In bytes.
struct Mapping {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::string name;  ///< "[heap]", a file; empty for anonymous memory
  bool is_private = false;
  bool is_reserved = false;         ///< inaccessible: addresses reserved for later
  bool kept_from_children = false;  ///< by MADV_DONTFORK
  std::uint64_t resident = 0;
  std::uint64_t anonymous = 0;  ///< of the resident: its private pages, which a fork marks
  std::uint64_t swapped = 0;
  std::uint64_t huge = 0;  ///< of the resident, in huge pages
};

/// Whether a fork copies its tables: those of shared or untouched memory are
/// rebuilt by page faults of the child.
bool is_copied(const Mapping& mapping);

/// The memory copied by a fork, in bytes of page tables full of small pages.
std::uint64_t copied_tables(const Mapping& mapping);

/// Parses a file smaps.
std::vector<Mapping> parse_mappings(std::string_view smaps);

/// None if they may not be read.
/// Cost: the kernel visits every page, in about the time of a fork.
std::optional<std::vector<Mapping>> mappings_of(pid_t pid);

}  // namespace check
