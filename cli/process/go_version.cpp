// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// Go's linker writes its version into the section .go.buildinfo: since 1.18 as
// a text, since 1.13 as the address of a string (see src/debug/buildinfo in
// Go's tree). Older ones have it only in the variable runtime.buildVersion.
#include "process/go_version.hpp"

#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <string_view>

namespace process {
namespace {

constexpr std::size_t longest_version = 256;

class ElfFile {
 public:
  explicit ElfFile(const std::string& path) : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    ::elf_version(EV_CURRENT);
    if (file_ >= 0) elf_ = ::elf_begin(file_, ELF_C_READ, nullptr);
  }
  ElfFile(const ElfFile&) = delete;
  ~ElfFile() {
    ::elf_end(elf_);
    if (file_ >= 0) ::close(file_);
  }

  Elf_Scn* section(std::string_view wanted) const {
    std::size_t names = 0;
    if (!elf_ || ::elf_getshdrstrndx(elf_, &names) != 0) return nullptr;
    for (Elf_Scn* each = nullptr; (each = ::elf_nextscn(elf_, each)) != nullptr;) {
      GElf_Shdr header{};
      if (!::gelf_getshdr(each, &header)) continue;
      const char* const name = ::elf_strptr(elf_, names, header.sh_name);
      if (name && wanted == name) return each;
    }
    return nullptr;
  }

  // The memory content at an address when the program starts.
  std::string at(std::uint64_t address, std::size_t size) const {
    std::size_t count = 0;
    if (::elf_getphdrnum(elf_, &count) != 0) return {};
    for (std::size_t i = 0; i < count; ++i) {
      GElf_Phdr header{};
      if (!::gelf_getphdr(elf_, static_cast<int>(i), &header) || header.p_type != PT_LOAD) continue;
      if (address < header.p_vaddr || address - header.p_vaddr >= header.p_filesz) continue;
      return from_file(header.p_offset + (address - header.p_vaddr), size);
    }
    return {};
  }

  std::size_t address_size() const { return ::gelf_getclass(elf_) == ELFCLASS32 ? 4 : 8; }
  Elf* elf() const noexcept { return elf_; }

 private:
  std::string from_file(std::uint64_t offset, std::size_t size) const {
    std::string bytes(size, '\0');
    const ssize_t got = ::pread(file_, bytes.data(), size, static_cast<off_t>(offset));
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return bytes;
  }

  int file_;
  Elf* elf_ = nullptr;
};

std::string_view bytes_of(Elf_Scn* section) {
  const Elf_Data* const data = section ? ::elf_rawdata(section, nullptr) : nullptr;
  if (!data || !data->d_buf) return {};
  return {static_cast<const char*>(data->d_buf), data->d_size};
}

std::uint64_t word(std::string_view bytes, std::size_t at, std::size_t size, bool big_endian) {
  std::uint64_t value = 0;
  if (at > bytes.size() || bytes.size() - at < size) return 0;
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t place = big_endian ? i : size - 1 - i;
    value = value << 8U | static_cast<unsigned char>(bytes[at + place]);
  }
  return value;
}

// A Go string: the address of its text, and its length.
std::string string_at(const ElfFile& file, std::uint64_t address, std::size_t size,
                      bool big_endian) {
  const std::string header = file.at(address, 2 * size);
  const std::uint64_t length = word(header, size, size, big_endian);
  if (length == 0 || length > longest_version) return {};
  return file.at(word(header, 0, size, big_endian), length);
}

// "devel go1.21-abc Tue ..." and "go1.19.8 X:boringcrypto" have extra words.
std::string only_version(const std::string& text) {
  const std::size_t begin = text.find("go1");
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_first_of(" -+", begin) - begin);
}

std::string from_build_info(const ElfFile& file, std::string_view info) {
  constexpr std::string_view magic = "\xff Go buildinf:";
  constexpr std::size_t header_size = 32;
  const std::size_t begin = info.find(magic);
  if (begin == std::string_view::npos || info.size() - begin < header_size) return {};
  info.remove_prefix(begin);
  const auto flags = static_cast<unsigned char>(info[15]);
  if ((flags & 2U) == 0) {
    const auto size = static_cast<std::size_t>(info[14]);
    if (size != 4 && size != 8) return {};
    const bool big_endian = (flags & 1U) != 0;
    return string_at(file, word(info, 16, size, big_endian), size, big_endian);
  }
  if (info.size() == header_size) return {};
  // The length is a varint, in practice of one byte.
  const auto length = static_cast<unsigned char>(info[header_size]);
  return length < 0x80 ? std::string(info.substr(header_size + 1, length)) : std::string();
}

std::string from_symbol(const ElfFile& file) {
  Elf_Scn* const section = file.section(".symtab");
  GElf_Shdr header{};
  Elf_Data* const data = section ? ::elf_getdata(section, nullptr) : nullptr;
  if (!data || !::gelf_getshdr(section, &header) || header.sh_entsize == 0) return {};
  const auto count = static_cast<int>(header.sh_size / header.sh_entsize);
  for (int i = 0; i < count; ++i) {
    GElf_Sym symbol{};
    if (!::gelf_getsym(data, i, &symbol)) continue;
    const char* const name = ::elf_strptr(file.elf(), header.sh_link, symbol.st_name);
    if (!name || std::strcmp(name, "runtime.buildVersion") != 0) continue;
    return string_at(file, symbol.st_value, file.address_size(), false);
  }
  return {};
}

}  // namespace

std::optional<std::string> go_version(const std::string& file) {
  const ElfFile elf(file);
  Elf_Scn* const info = elf.section(".go.buildinfo");
  if (!info && !elf.section(".note.go.buildid") && !elf.section(".gopclntab")) return std::nullopt;
  std::string found = only_version(from_build_info(elf, bytes_of(info)));
  return found.empty() ? only_version(from_symbol(elf)) : found;
}

}  // namespace process
