// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "stack_names.hpp"

#include <cxxabi.h>
#include <elfutils/libdwfl.h>
#include <fmt/core.h>
#include <stdlib.h>

#include <cctype>
#include <cstring>
#include <string_view>

#include "modules.hpp"

namespace {

std::string last_part(const char* path) {
  const char* const slash = std::strrchr(path, '/');
  return slash ? slash + 1 : path;
}

// Without the symbol's version, as in "posix_spawn@@GLIBC_2.15".
std::string without_version(const char* symbol) {
  const std::string_view text = symbol;
  const std::size_t at = text.find('@');
  const std::size_t version = text.find_first_not_of('@', at);
  const bool has_one = at > 0 && version < text.size() && std::isupper(text[version]) != 0;
  return std::string(has_one ? text.substr(0, at) : text);
}

std::string demangle(const char* symbol) {
  const std::string name = without_version(symbol);
  int status = 0;
  const std::unique_ptr<char, decltype(&::free)> text(
      abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), ::free);
  return status == 0 ? text.get() : name;
}

void remove_suffix(std::string& text, std::string_view suffix) {
  if (text.ends_with(suffix)) text.resize(text.size() - suffix.size());
}

// Compiler clones of one function, and Go's two ways to call it.
void remove_variant(std::string& function) {
  const std::size_t clone = function.find(" [clone ");
  if (clone != std::string::npos) function.resize(clone);
  remove_suffix(function, ".abi0");
}

std::string source_of(Dwfl_Module* module, std::uintptr_t address) {
  Dwfl_Line* const line = ::dwfl_module_getsrc(module, address);
  int number = 0;
  const char* const file =
      line ? ::dwfl_lineinfo(line, nullptr, &number, nullptr, nullptr, nullptr) : nullptr;
  return file ? fmt::format("{}:{}", last_part(file), number) : "";
}

Frame resolve(Dwfl_Module* module, std::uintptr_t address, bool returns, bool sources) {
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
  if (sources) frame.source = source_of(module, within);
  // Between the symbols of a stripped module is code of stripped functions:
  // only a symbol whose size covers the address is its name.
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

// Text in brackets is long and rarely useful, except in Go's
// "os/exec.(*Cmd).Start".
std::string shorten(std::string function) {
  remove_variant(function);
  if (function.find(".(*") != std::string::npos) return function;
  constexpr std::string_view anonymous = "(anonymous namespace)";
  for (auto at = function.find(anonymous); at != std::string::npos; at = function.find(anonymous)) {
    function.replace(at, anonymous.size(), "{anonymous}");
  }
  std::string text;
  int depth = 0;
  for (std::size_t i = 0; i < function.size(); ++i) {
    const char c = function[i];
    const bool arrow = c == '>' && i > 0 && function[i - 1] == '-';
    if ((c == '>' && !arrow) || c == ')') --depth;
    if (depth <= 0) text += c;
    if (c == '<' || c == '(') ++depth;
  }
  return depth == 0 ? text : function;
}

StackNames::StackNames(pid_t pid) : modules_(std::make_shared<Modules>(pid)), sources_(true) {}
StackNames::StackNames(std::shared_ptr<Modules> modules) : modules_(std::move(modules)) {}

const Frame& StackNames::at(const void* address, bool returns) {
  return at(reinterpret_cast<std::uintptr_t>(address), returns);
}

const Frame& StackNames::at(std::uintptr_t address, bool returns) {
  const auto found = known_.find({address, returns});
  if (found != known_.end()) return found->second;
  Frame frame = resolve(modules_->at(address), address, returns, sources_);
  if (frame.module.empty()) return unknown_ = std::move(frame);
  return known_.emplace(std::pair(address, returns), std::move(frame)).first->second;
}
