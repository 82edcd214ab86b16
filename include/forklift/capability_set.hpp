// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <expected>
#include <forklift/export.hpp>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace forklift {

/// A set of the kernel's privileges (capabilities(7)), such as CAP_NET_RAW.
///
/// Numbers are those of <linux/capability.h>; names ignore case and a leading
/// "cap_".
class FORKLIFT_EXPORT CapabilitySet {
 public:
  constexpr CapabilitySet() noexcept = default;
  constexpr CapabilitySet(std::initializer_list<int> numbers) noexcept {
    for (const int number : numbers) add(number);
  }
  static constexpr CapabilitySet of_bits(std::uint64_t bits) noexcept {
    CapabilitySet set;
    set.bits_ = bits;
    return set;
  }
  /// Every capability that this kernel has (/proc/sys/kernel/cap_last_cap).
  static CapabilitySet all();
  /// Parses a list such as "net_raw,CAP_KILL"; "all" and "" are lists, too.
  ///
  /// Errors: the unknown name.
  static std::expected<CapabilitySet, std::string> parse(std::string_view list);

  constexpr CapabilitySet& add(int number) noexcept {
    if (number >= 0 && number < 64) bits_ |= std::uint64_t{1} << number;
    return *this;
  }
  constexpr bool has(int number) const noexcept {
    return number >= 0 && number < 64 && (bits_ >> number & 1U) != 0;
  }
  constexpr std::uint64_t bits() const noexcept { return bits_; }
  /// "net_raw,kill", by number.
  std::string text() const;

  friend constexpr bool operator==(CapabilitySet, CapabilitySet) noexcept = default;

 private:
  std::uint64_t bits_ = 0;
};

/// The five capability sets of a child (capabilities(7)); a set that is left out
/// stays as it is when the child reaches this step.
///
/// A program that neither runs as root nor has file capabilities keeps only the
/// ambient set at exec.
struct CapabilitySets {
  std::optional<CapabilitySet> permitted = {};
  std::optional<CapabilitySet> effective = {};  ///< by default what is permitted
  std::optional<CapabilitySet> inheritable = {};
  std::optional<CapabilitySet> ambient = {};  ///< adds itself to permitted and inheritable
  std::optional<CapabilitySet> bounding = {};

  /// Exactly these capabilities in every set, for the program and its descendants.
  static CapabilitySets only(CapabilitySet set) {
    return {
        .permitted = set, .effective = set, .inheritable = set, .ambient = set, .bounding = set};
  }
};

}  // namespace forklift
