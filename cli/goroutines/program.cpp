// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Finds the parts of a Go program in its ELF file and its memory. The file is
// opened through /proc/PID/exe, since it may be deleted or in another mount
// namespace; the auxiliary vector contains the load address. A refusal names
// the user or the setting that would permit the access.

#include "goroutines/program.hpp"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <gelf.h>
#include <libelf.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <string_view>

#include "goroutines/go_sections.hpp"
#include "process/process.hpp"
#include "refusal.hpp"

namespace goroutines {
namespace {

std::string path(pid_t pid, const char* file) { return fmt::format("/proc/{}/{}", pid, file); }

std::string first_line(const std::string& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

std::string user_name(uid_t user) {
  const passwd* const entry = ::getpwuid(user);
  return entry ? fmt::format("'{}'", entry->pw_name) : fmt::format("with the number {}", user);
}

// Why memory may not be read, and how to get permission.
std::string refused(const std::string& who, pid_t pid) {
  struct stat owner {};
  ::stat(path(pid, "").c_str(), &owner);
  if (owner.st_uid != ::geteuid()) {
    return fmt::format(
        "{} belongs to the user {}: its memory may be read by that user or by root only", who,
        user_name(owner.st_uid));
  }
  const std::string scope = first_line("/proc/sys/kernel/yama/ptrace_scope");
  if (!scope.empty() && scope != "0") {
    return fmt::format(
        "{}: its memory may not be read, as kernel.yama.ptrace_scope is {}: run this as root, or "
        "set it to 0 by sysctl(8)",
        who, scope);
  }
  return who + ": its memory may not be read: run this as root, or with CAP_SYS_PTRACE";
}

bool is_object(const GElf_Sym& symbol) {
  return symbol.st_shndx != SHN_UNDEF && symbol.st_value != 0;
}

}  // namespace

void Program::CloseElf::operator()(Elf* elf) const noexcept { ::elf_end(elf); }

Program::File::~File() {
  if (number >= 0) ::close(number);
}

Program::Program(pid_t pid) : pid_(pid), name_(process::look_at(pid).name), memory_(pid) {
  open_file();
  if (!line_table_section(*this)) throw Refusal(who() + " is not a Go program");
  find_bias();
  check_memory();
  read_symbols();
}

Program::~Program() = default;

std::string Program::who() const { return fmt::format("process {} ('{}')", pid_, name_); }

void Program::open_file() {
  file_.number = ::open(path(pid_, "exe").c_str(), O_RDONLY | O_CLOEXEC);
  if (file_.number < 0) {
    if (errno == EACCES || errno == EPERM) throw Refusal(refused(who(), pid_));
    if (errno == ENOENT)
      throw Refusal(who() + " runs no program: it has ended, or is the kernel's");
    throw Refusal(fmt::format("{}: its program cannot be read: {}", who(), std::strerror(errno)));
  }
  ::elf_version(EV_CURRENT);
  // Not mapped: a file that is truncated after its program has ended would be SIGBUS.
  elf_.reset(::elf_begin(file_.number, ELF_C_READ, nullptr));
  GElf_Ehdr header;
  if (!elf_ || !::gelf_getehdr(elf_.get(), &header))
    throw Refusal(who() + " is not an ELF program");
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB) {
    throw Refusal(who() + ": only 64-bit little-endian programs can be looked into");
  }
  relocated_ = header.e_type == ET_DYN;
  entry_ = header.e_entry;
}

// The kernel passes the program the actual address of its entry.
void Program::find_bias() {
  std::ifstream auxiliary(path(pid_, "auxv"), std::ios::binary);
  Elf64_auxv_t entry{};
  while (auxiliary.read(reinterpret_cast<char*>(&entry), sizeof entry)) {
    if (entry.a_type == AT_ENTRY) bias_ = entry.a_un.a_val - entry_;
  }
}

void Program::check_memory() const {
  const auto table = line_table_section(*this);
  if (memory_.value<std::uint32_t>(table->address)) return;
  const int error = errno;
  if (error == EPERM || error == EACCES) throw Refusal(refused(who(), pid_));
  if (error == ESRCH) throw Refusal(who() + " has ended");
  throw Refusal(fmt::format("{}: its memory cannot be read: {}", who(), std::strerror(error)));
}

std::optional<Program::Section> Program::section(const char* name) const {
  std::size_t names = 0;
  if (::elf_getshdrstrndx(elf_.get(), &names) != 0) return std::nullopt;
  for (Elf_Scn* part = nullptr; (part = ::elf_nextscn(elf_.get(), part));) {
    GElf_Shdr header;
    if (!::gelf_getshdr(part, &header)) continue;
    const char* const found = ::elf_strptr(elf_.get(), names, header.sh_name);
    if (!found || std::strcmp(found, name) != 0) continue;
    Section section{.address = header.sh_addr + bias_, .size = header.sh_size, .bytes = {}};
    if (header.sh_type == SHT_NOBITS) return section;
    const Elf_Data* const data = ::elf_rawdata(part, nullptr);
    if (data && data->d_buf) {
      section.bytes = {static_cast<const std::byte*>(data->d_buf), data->d_size};
    }
    return section;
  }
  return std::nullopt;
}

// A large program has a hundred thousand: only those of two packages are
// needed.
void Program::read_symbols() {
  for (Elf_Scn* part = nullptr; (part = ::elf_nextscn(elf_.get(), part));) {
    GElf_Shdr header;
    if (!::gelf_getshdr(part, &header) || header.sh_type != SHT_SYMTAB) continue;
    if (header.sh_entsize == 0) continue;
    Elf_Data* const data = ::elf_getdata(part, nullptr);
    const auto count = static_cast<int>(header.sh_size / header.sh_entsize);
    for (int i = 0; data && i < count; ++i) {
      GElf_Sym symbol;
      if (!::gelf_getsym(data, i, &symbol) || !is_object(symbol)) continue;
      const char* const text = ::elf_strptr(elf_.get(), header.sh_link, symbol.st_name);
      const std::string_view symbol_name = text ? text : "";
      if (symbol_name.starts_with("runtime.") || symbol_name.starts_with("syscall.")) {
        symbols_.emplace(symbol_name, symbol.st_value + bias_);
      }
    }
  }
}

std::optional<Address> Program::variable(const std::string& name) const {
  const auto found = symbols_.find(name);
  if (found == symbols_.end()) return std::nullopt;
  return found->second;
}

}  // namespace goroutines
