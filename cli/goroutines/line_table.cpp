// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Decodes Go's pclntab, whose layout changed with Go 1.2, 1.16, 1.18 and 1.20;
// the magic number selects the format. Values are deltas in a byte stream per
// function, so a lookup runs from the function's entry. The table comes from
// another process, so every read is checked against its bounds.

#include "goroutines/line_table.hpp"

#include <algorithm>
#include <cstring>

namespace goroutines {
namespace {

constexpr std::uint32_t magic_1_2 = 0xfffffffb;
constexpr std::uint32_t magic_1_16 = 0xfffffffa;
constexpr std::uint32_t magic_1_18 = 0xfffffff0;
constexpr std::uint32_t magic_1_20 = 0xfffffff1;
constexpr std::uint64_t header_size = 8;
constexpr std::uint64_t word_size = 8;
constexpr std::uint64_t most_functions = 1U << 24;

// Fields of a function's record, of four bytes each, after its entry.
enum Field : unsigned {
  name_field = 0,
  stack_field = 3,
  file_field = 4,
  line_field = 5,
  unit_field = 7
};

// Numbers of seven bits a byte, as in encoding/binary.
class Steps {
 public:
  Steps(std::span<const std::byte> bytes, std::uint64_t at) : bytes_(bytes), at_(at) {}

  std::optional<std::uint32_t> next() {
    std::uint32_t number = 0;
    for (unsigned shift = 0; shift < 32 && at_ < bytes_.size(); shift += 7) {
      const auto byte = std::to_integer<std::uint32_t>(bytes_[at_++]);
      number |= (byte & 0x7f) << shift;
      if (byte < 0x80) return number;
    }
    return std::nullopt;
  }

 private:
  std::span<const std::byte> bytes_;
  std::uint64_t at_;
};

std::uint32_t unfold(std::uint32_t number) { return (number & 1) ? ~(number >> 1) : number >> 1; }

}  // namespace

std::optional<LineTable> LineTable::read(std::vector<std::byte> bytes, Address text) {
  LineTable table;
  table.table_ = std::move(bytes);
  if (!table.read_header(text)) return std::nullopt;
  return table;
}

bool LineTable::read_header(Address text) {
  const auto magic = value_at<std::uint32_t>(table_, 0);
  if (!magic || table_.size() < header_size + word_size) return false;
  quantum_ = std::to_integer<unsigned>(table_[6]);
  if (std::to_integer<unsigned>(table_[7]) != word_size) return false;
  if (quantum_ != 1 && quantum_ != 2 && quantum_ != 4) return false;
  count_ = word(0);
  if (count_ == 0 || count_ > most_functions) return false;
  if (*magic == magic_1_2) {
    format_ = Format::go1_2;
    functions_ = header_size + word_size;
    files_ = value_at<std::uint32_t>(table_, functions_ + count_ * 2 * word_size + word_size)
                 .value_or(0);
    return true;
  }
  if (*magic != magic_1_16 && *magic != magic_1_18 && *magic != magic_1_20) return false;
  format_ = *magic == magic_1_16 ? Format::go1_16 : Format::go1_18;
  std::uint64_t next = 2;
  if (format_ == Format::go1_18) {
    text_ = word(next++);
    if (text_ == 0) text_ = text;
  }
  names_ = word(next);
  units_ = word(next + 1);
  files_ = word(next + 2);
  values_ = word(next + 3);
  functions_ = word(next + 4);
  return functions_ < table_.size();
}

// A word of the header, by number.
std::uint64_t LineTable::word(std::uint64_t number) const {
  return value_at<std::uint64_t>(table_, header_size + number * word_size).value_or(0);
}

Address LineTable::entry(std::uint64_t index) const {
  if (format_ == Format::go1_18) {
    return text_ + value_at<std::uint32_t>(table_, functions_ + index * 8).value_or(0);
  }
  return value_at<std::uint64_t>(table_, functions_ + index * 16).value_or(0);
}

std::optional<LineTable::Function> LineTable::at(std::uint64_t index) const {
  Function function{.name = {}, .entry = entry(index), .end = entry(index + 1), .record = 0};
  if (format_ == Format::go1_18) {
    const auto offset = value_at<std::uint32_t>(table_, functions_ + index * 8 + 4);
    if (!offset) return std::nullopt;
    function.record = functions_ + *offset;
  } else {
    const auto offset = value_at<std::uint64_t>(table_, functions_ + index * 16 + 8);
    if (!offset) return std::nullopt;
    function.record = *offset + (format_ == Format::go1_16 ? functions_ : 0);
  }
  function.name = text_at(names_ + static_cast<std::uint32_t>(field(function, name_field)));
  return function;
}

std::optional<LineTable::Function> LineTable::function(Address address) const {
  if (address < entry(0) || address >= entry(count_)) return std::nullopt;
  std::uint64_t low = 0;
  std::uint64_t high = count_;
  while (high - low > 1) {
    const std::uint64_t middle = low + (high - low) / 2;
    (entry(middle) <= address ? low : high) = middle;
  }
  return at(low);
}

std::optional<LineTable::Function> LineTable::named(std::string_view name) const {
  for (std::uint64_t i = 0; i < count_; ++i) {
    auto function = at(i);
    if (function && function->name == name) return function;
  }
  return std::nullopt;
}

std::int32_t LineTable::field(const Function& function, unsigned number) const {
  const std::uint64_t entry_size = format_ == Format::go1_18 ? 4 : 8;
  return value_at<std::int32_t>(table_, function.record + entry_size + 4 * number).value_or(0);
}

std::string LineTable::text_at(std::uint64_t offset) const {
  constexpr std::size_t longest = 4096;
  if (offset >= table_.size()) return "";
  const auto* const begin = reinterpret_cast<const char*>(table_.data()) + offset;
  return {begin, ::strnlen(begin, std::min(longest, table_.size() - offset))};
}

std::optional<std::int32_t> LineTable::value(const Function& function, std::uint32_t stream,
                                             Address address) const {
  if (stream == 0) return std::nullopt;
  Steps steps(table_, values_ + stream);
  std::uint32_t value = ~0U;
  Address reached = function.entry;
  for (bool first = true; reached <= address; first = false) {
    const auto change = steps.next();
    const auto distance = steps.next();
    if (!change || !distance || (*change == 0 && !first)) return std::nullopt;
    value += unfold(*change);
    reached += std::uint64_t{*distance} * quantum_;
  }
  return static_cast<std::int32_t>(value);
}

std::optional<std::string> LineTable::file(const Function& function, std::int32_t number) const {
  if (number < 0) return std::nullopt;
  const auto index = static_cast<std::uint32_t>(number);
  if (format_ == Format::go1_2) {
    const auto offset = value_at<std::uint32_t>(table_, files_ + std::uint64_t{index} * 4);
    return offset ? std::optional(text_at(*offset)) : std::nullopt;
  }
  const auto unit = static_cast<std::uint32_t>(field(function, unit_field));
  const auto offset = value_at<std::uint32_t>(table_, units_ + (std::uint64_t{unit} + index) * 4);
  if (!offset || *offset == ~0U) return std::nullopt;
  return text_at(files_ + *offset);
}

std::optional<LineTable::Line> LineTable::line(const Function& function, Address address) const {
  const auto number =
      value(function, static_cast<std::uint32_t>(field(function, line_field)), address);
  const auto which =
      value(function, static_cast<std::uint32_t>(field(function, file_field)), address);
  if (!number || !which) return std::nullopt;
  auto name = file(function, *which);
  if (!name || name->empty()) return std::nullopt;
  return Line{.file = std::move(*name), .number = *number};
}

std::optional<std::int32_t> LineTable::frame_size(const Function& function, Address address) const {
  return value(function, static_cast<std::uint32_t>(field(function, stack_field)), address);
}

}  // namespace goroutines
