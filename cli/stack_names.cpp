// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "stack_names.hpp"

#include <cxxabi.h>
#include <elfutils/libdwfl.h>
#include <fmt/core.h>
#include <stdlib.h>

#include <cstring>
#include <stdexcept>

namespace {

// Not dwfl_standard_find_debuginfo: it asks servers when DEBUGINFOD_URLS is set.
constexpr Dwfl_Callbacks callbacks{.find_elf = ::dwfl_linux_proc_find_elf,
                                   .find_debuginfo = ::dwfl_build_id_find_debuginfo,
                                   .section_address = ::dwfl_offline_section_address,
                                   .debuginfo_path = nullptr};

std::string last_part(const char* path) {
  const char* const slash = std::strrchr(path, '/');
  return slash ? slash + 1 : path;
}

std::string demangle(const char* symbol) {
  int status = 0;
  const std::unique_ptr<char, decltype(&::free)> text(
      abi::__cxa_demangle(symbol, nullptr, nullptr, &status), ::free);
  return status == 0 ? text.get() : symbol;
}

}  // namespace

class StackNames::Modules {
 public:
  explicit Modules(pid_t pid) : pid_(pid), dwfl_(::dwfl_begin(&callbacks), ::dwfl_end) {
    if (!dwfl_) throw std::runtime_error("cannot name stacks: " + trouble());
    ::dwfl_report_begin(dwfl_.get());
    if (const int error = report(); error != 0) {
      throw std::runtime_error("cannot look at process " + std::to_string(pid) + ": " +
                               (error > 0 ? std::strerror(error) : trouble()));
    }
  }

  // What was loaded since the last look is looked for, once.
  Dwfl_Module* find(std::uintptr_t address) {
    if (auto* const module = ::dwfl_addrmodule(dwfl_.get(), address)) return module;
    ::dwfl_report_begin_add(dwfl_.get());
    return report() == 0 ? ::dwfl_addrmodule(dwfl_.get(), address) : nullptr;
  }

 private:
  int report() {
    const int error = ::dwfl_linux_proc_report(dwfl_.get(), pid_);
    ::dwfl_report_end(dwfl_.get(), nullptr, nullptr);
    return error;
  }

  static std::string trouble() {
    const char* const text = ::dwfl_errmsg(-1);
    return text ? text : "unknown";
  }

  const pid_t pid_;
  const std::unique_ptr<Dwfl, decltype(&::dwfl_end)> dwfl_;
};

namespace {

std::string source_of(Dwfl_Module* module, std::uintptr_t address) {
  Dwfl_Line* const line = ::dwfl_module_getsrc(module, address);
  int number = 0;
  const char* const file =
      line ? ::dwfl_lineinfo(line, nullptr, &number, nullptr, nullptr, nullptr) : nullptr;
  return file ? fmt::format("{}:{}", last_part(file), number) : "";
}

Frame resolve(Dwfl_Module* module, std::uintptr_t address, bool returns) {
  Frame frame;
  frame.address = address;
  if (!module) return frame;
  Dwarf_Addr start = 0;
  frame.module = last_part(
      ::dwfl_module_info(module, nullptr, &start, nullptr, nullptr, nullptr, nullptr, nullptr));
  frame.offset = address - start;
  // The call may be the last instruction of its function.
  const std::uintptr_t within = address - (returns ? 1 : 0);
  GElf_Off offset = 0;
  GElf_Sym symbol{};
  const char* const name =
      ::dwfl_module_addrinfo(module, within, &offset, &symbol, nullptr, nullptr, nullptr);
  frame.source = source_of(module, within);
  // Between the symbols of a stripped module lies what others were stripped of:
  // only a symbol whose size reaches so far is that function's name.
  if (!name || (symbol.st_size != 0 && offset >= symbol.st_size)) return frame;
  frame.function = demangle(name);
  frame.offset = offset + (address - within);
  return frame;
}

}  // namespace

std::string print(const Frame& frame) {
  if (frame.module.empty()) return fmt::format("{:#x}", frame.address);
  const std::string& place = frame.function.empty() ? frame.module : frame.function;
  const std::string source = frame.source.empty() ? "" : " (" + frame.source + ")";
  return fmt::format("{}+{:#x}{}", place, frame.offset, source);
}

StackNames::StackNames(pid_t pid) : modules_(std::make_unique<Modules>(pid)) {}
StackNames::~StackNames() = default;

const Frame& StackNames::at(const void* address, bool returns) {
  const auto number = reinterpret_cast<std::uintptr_t>(address);
  const auto found = known_.find({number, returns});
  if (found != known_.end()) return found->second;
  Frame frame = resolve(modules_->find(number), number, returns);
  return known_.emplace(std::pair(number, returns), std::move(frame)).first->second;
}
