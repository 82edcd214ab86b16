// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "goroutines/memory.hpp"

namespace goroutines {

/// Go's own table of functions, lines and frame sizes (pclntab), which strip(1)
/// cannot remove, in the formats of Go 1.2, 1.16, 1.18 and 1.20.
///
/// It is not trusted: reads beyond its end return nothing.
class LineTable {
 public:
  /// `text`: the start of the code, for tables that no longer contain it.
  /// Errors: none for an unknown format.
  static std::optional<LineTable> read(std::vector<std::byte> table, Address text);

  struct Function {
    std::string name;
    Address entry = 0;
    Address end = 0;
    std::uint64_t record = 0;  ///< offset of the function's other fields
  };
  /// The function that contains an address.
  std::optional<Function> function(Address address) const;
  /// A function by its name. Cost: searches all of them.
  std::optional<Function> named(std::string_view name) const;

  struct Line {
    std::string file;
    int number = 0;
  };
  /// The line of an address: that of an inlined function, if any.
  std::optional<Line> line(const Function& function, Address address) const;

  /// The distance of the stack pointer below the return address at this point.
  std::optional<std::int32_t> frame_size(const Function& function, Address address) const;

  /// Whether calls leave the return address in a register, as on AArch64.
  bool link_register() const { return quantum_ != 1; }

 private:
  enum class Format { go1_2, go1_16, go1_18 };

  bool read_header(Address text);
  std::uint64_t word(std::uint64_t offset) const;
  std::int32_t field(const Function& function, unsigned number) const;
  Address entry(std::uint64_t index) const;
  std::optional<Function> at(std::uint64_t index) const;
  std::string text_at(std::uint64_t offset) const;
  std::optional<std::int32_t> value(const Function& function, std::uint32_t stream,
                                    Address address) const;
  std::optional<std::string> file(const Function& function, std::int32_t number) const;

  std::vector<std::byte> table_;
  Format format_ = Format::go1_2;
  unsigned quantum_ = 1;
  std::uint64_t count_ = 0;
  Address text_ = 0;
  // Offsets of the parts; up to Go 1.15 all from the beginning.
  std::uint64_t names_ = 0, units_ = 0, files_ = 0, values_ = 0, functions_ = 0;
};

}  // namespace goroutines
