// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace goroutines {

using Address = std::uint64_t;

/// The memory of a process that runs while it is read: values read at different
/// moments need not be consistent, and no length in it may be trusted.
///
/// Read with process_vm_readv(2): the process is neither stopped nor changed.
class Memory {
 public:
  explicit Memory(pid_t pid) : pid_(pid) {}

  /// All of it, or nothing.
  bool read(Address address, std::span<std::byte> into) const noexcept;

  /// Several separate pieces, by one system call; all of them, or nothing.
  struct Piece {
    Address address = 0;
    std::span<std::byte> into;
  };
  bool read(std::span<const Piece> pieces) const noexcept;

  /// Empty if not all of it can be read.
  std::vector<std::byte> bytes(Address address, std::size_t size) const;

  template <class T>
  requires std::is_trivially_copyable_v<T> std::optional<T> value(Address address)
  const noexcept {
    T value{};
    if (!read(address, std::as_writable_bytes(std::span(&value, 1)))) return std::nullopt;
    return value;
  }

  /// A Go string: address and length. None if longer than this many bytes.
  std::optional<std::string> text(Address header, std::size_t most) const;

 private:
  pid_t pid_;
};

/// A value within bytes; none past their end.
template <class T>
requires std::is_trivially_copyable_v<T> std::optional<T> value_at(std::span<const std::byte> bytes,
                                                                   std::uint64_t offset)
noexcept {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return std::nullopt;
  T value{};
  __builtin_memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

}  // namespace goroutines
