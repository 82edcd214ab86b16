// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "goroutines/go_sections.hpp"

#include <cstring>

namespace goroutines {
namespace {

constexpr std::size_t longest_version = 256;

// The length of the text that follows, in seven bits a byte.
std::string counted_text(std::span<const std::byte> bytes) {
  std::uint64_t length = 0;
  std::size_t at = 0;
  for (unsigned shift = 0; at < bytes.size() && shift < 32; shift += 7) {
    const auto byte = std::to_integer<std::uint64_t>(bytes[at++]);
    length |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  if (length > longest_version || length > bytes.size() - at) return "";
  return {reinterpret_cast<const char*>(bytes.data()) + at, length};
}

// The format of debug/buildinfo: since Go 1.18 the text itself, before the
// address of a string.
std::string from_build_information(const Program& program) {
  constexpr char magic[] = "\xff Go buildinf:";
  constexpr std::size_t flags_at = 15, address_at = 16, text_at = 32;
  constexpr unsigned with_text = 2;
  const auto section = program.section(".go.buildinfo");
  if (!section || section->bytes.size() < text_at) return "";
  if (std::memcmp(section->bytes.data(), magic, sizeof magic - 1) != 0) return "";
  if (std::to_integer<unsigned>(section->bytes[flags_at]) & with_text) {
    return counted_text(section->bytes.subspan(text_at));
  }
  // From memory: a relocatable file does not contain it yet.
  const auto header = program.memory().value<Address>(section->address + address_at);
  return header ? program.memory().text(*header, longest_version).value_or("") : "";
}

// Magic number, two zeros, the size of an instruction and of an address.
bool table_begins(std::span<const std::byte> bytes, std::uint64_t at) {
  constexpr std::uint32_t oldest = 0xfffffff0, newest = 0xfffffffb;
  const auto magic = value_at<std::uint32_t>(bytes, at);
  const auto zeros = value_at<std::uint16_t>(bytes, at + 4);
  const auto instruction = value_at<std::uint8_t>(bytes, at + 6);
  const auto address = value_at<std::uint8_t>(bytes, at + 7);
  return magic && *magic >= oldest && *magic <= newest && zeros == 0 && address == 8 &&
         (instruction == 1 || instruction == 2 || instruction == 4);
}

// The system's linker has merged it with other data.
std::optional<Program::Section> table_within(const Program::Section& section) {
  constexpr std::uint64_t alignment = 32;
  for (std::uint64_t at = 0; at < section.bytes.size(); at += alignment) {
    if (!table_begins(section.bytes, at)) continue;
    return Program::Section{.address = section.address + at,
                            .size = section.size - at,
                            .bytes = section.bytes.subspan(at)};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Program::Section> line_table_section(const Program& program) {
  for (const char* const name : {".gopclntab", ".data.rel.ro.gopclntab"}) {
    if (auto section = program.section(name)) return section;
  }
  if (!program.section(".go.buildinfo") && !program.section(".note.go.buildid"))
    return std::nullopt;
  const auto section = program.section(".data.rel.ro");
  return section ? table_within(*section) : std::nullopt;
}

std::string version_of(const Program& program) {
  if (const auto header = program.variable("runtime.buildVersion")) {
    const auto text = program.memory().text(*header, longest_version);
    if (text && !text->empty()) return *text;
  }
  return from_build_information(program);
}

}  // namespace goroutines
