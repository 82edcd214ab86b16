// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "modules.hpp"

#include <fcntl.h>
#include <libelf.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

#include <fmt/core.h>

namespace {

std::string trouble() {
  const char* const text = ::dwfl_errmsg(-1);
  return text ? text : "unknown";
}

// Only regular files are opened: opening a device might have effects.
int open_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  struct stat status {};
  if (file >= 0 && ::fstat(file, &status) == 0 && S_ISREG(status.st_mode)) return file;
  if (file >= 0) ::close(file);
  return -1;
}

// The kernel's own link to the file mapped at an address, if permitted: it also
// leads to deleted files.
std::string mapped_file(pid_t pid, std::uintptr_t base) {
  const std::string start = fmt::format("{:x}-", base);
  std::error_code error;
  std::filesystem::directory_iterator entry(fmt::format("/proc/{}/map_files", pid), error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (entry->path().filename().native().starts_with(start)) return entry->path().native();
  }
  return {};
}

int open_module(pid_t pid, const std::string& name, std::uintptr_t base, std::string& path) {
  constexpr std::string_view deleted = " (deleted)";
  if (name.ends_with(deleted)) {
    path = mapped_file(pid, base);
    return path.empty() ? -1 : open_file(path);
  }
  path = fmt::format("/proc/{}/root{}", pid, name);
  const int file = open_file(path);
  if (file >= 0) return file;
  path = name;
  return open_file(path);
}

// Not dwfl_linux_proc_find_elf alone: it opens a path in our mount namespace. It still
// handles the vdso, and the images of deleted files. The file is read, and not mapped as
// libdwfl does by itself: an installation may truncate it, and access to the mapping
// then raises SIGBUS.
int find_elf(Dwfl_Module* module, void** of, const char* name, Dwarf_Addr base, char** file_name,
             Elf** elf) {
  const auto* const modules = static_cast<const Modules*>(*of);
  std::string path;
  const int file = modules && name[0] == '/' ? open_module(modules->pid(), name, base, path) : -1;
  if (file < 0) return ::dwfl_linux_proc_find_elf(module, of, name, base, file_name, elf);
  *file_name = ::strdup(path.c_str());
  *elf = ::elf_begin(file, ELF_C_READ, nullptr);
  return file;
}

// Not dwfl_standard_find_debuginfo: it asks servers if DEBUGINFOD_URLS is set.
constexpr Dwfl_Callbacks callbacks{.find_elf = find_elf,
                                   .find_debuginfo = ::dwfl_build_id_find_debuginfo,
                                   .section_address = ::dwfl_offline_section_address,
                                   .debuginfo_path = nullptr};

int belong(Dwfl_Module*, void** of, const char*, Dwarf_Addr, void* modules) {
  *of = modules;
  return DWARF_CB_OK;
}

bool covers(Dwarf_CFI* description, Dwarf_Addr address) {
  Dwarf_Frame* frame = nullptr;
  if (!description || ::dwarf_cfi_addrframe(description, address, &frame) != 0) return false;
  std::free(frame);
  return true;
}

}  // namespace

Modules::Modules(pid_t pid) : pid_(pid), session_(::dwfl_begin(&callbacks), ::dwfl_end) {
  if (!session_) throw std::runtime_error("cannot name stacks: " + trouble());
  ::elf_version(EV_CURRENT);
  ::dwfl_report_begin(session_.get());
  if (const int error = report(); error != 0) {
    throw std::runtime_error(fmt::format("cannot look at process {}: {}", pid,
                                         error > 0 ? ::strerror(error) : trouble()));
  }
}

Dwfl_Module* Modules::at(std::uintptr_t address) {
  if (auto* const module = find(address)) return module;
  if (Clock::now() < next_look_) return nullptr;
  ::dwfl_report_begin_add(session_.get());
  return report() == 0 ? find(address) : nullptr;
}

// libdwfl attributes addresses past a module's end to that module.
Dwfl_Module* Modules::find(std::uintptr_t address) const {
  Dwfl_Module* const module = ::dwfl_addrmodule(session_.get(), address);
  Dwarf_Addr begin = 0;
  Dwarf_Addr end = 0;
  if (module) {
    ::dwfl_module_info(module, nullptr, &begin, &end, nullptr, nullptr, nullptr, nullptr);
  }
  return address >= begin && address < end ? module : nullptr;
}

bool Modules::describes(std::uintptr_t address) {
  Dwfl_Module* const module = at(address);
  if (!module) return false;
  Dwarf_Addr bias = 0;
  Dwarf_CFI* const unwinding = ::dwfl_module_eh_cfi(module, &bias);
  if (covers(unwinding, address - bias)) return true;
  Dwarf_CFI* const debugging = ::dwfl_module_dwarf_cfi(module, &bias);
  return covers(debugging, address - bias);
}

int Modules::report() {
  constexpr int share = 20;
  const Clock::time_point begin = Clock::now();
  const int error = ::dwfl_linux_proc_report(session_.get(), pid_);
  ::dwfl_report_end(session_.get(), nullptr, nullptr);
  ::dwfl_getmodules(session_.get(), belong, this, 0);
  const Clock::time_point end = Clock::now();
  next_look_ = end + share * (end - begin);
  return error;
}
