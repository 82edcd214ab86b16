// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>

#include "goroutines/memory.hpp"

struct Elf;

namespace goroutines {

/// The executable of a Go process: its file, and its place in memory.
class Program {
 public:
  /// Errors: throws `Refusal` in one line: no such process, not a Go program,
  /// or no permission to read it.
  explicit Program(pid_t pid);
  ~Program();
  Program(const Program&) = delete;

  pid_t pid() const { return pid_; }
  const std::string& name() const { return name_; }  ///< comm
  const Memory& memory() const { return memory_; }
  Elf* elf() const { return elf_.get(); }
  /// Whether it is relocatable, so that its file lacks absolute addresses.
  bool relocated() const { return relocated_; }
  /// "process 4711 ('redis-server')".
  std::string who() const;

  struct Section {
    Address address = 0;  ///< in the process
    std::uint64_t size = 0;
    std::span<const std::byte> bytes;  ///< of the file; empty for .bss and the like
  };
  /// None if there is no such section.
  std::optional<Section> section(const char* name) const;

  /// The address of a variable in the process; none in a stripped program.
  std::optional<Address> variable(const std::string& name) const;
  bool has_symbols() const { return !symbols_.empty(); }

 private:
  void open_file();
  void find_bias();
  void read_symbols();
  void check_memory() const;

  struct CloseElf {
    void operator()(Elf* elf) const noexcept;
  };
  struct File {
    int number = -1;
    ~File();
  };

  pid_t pid_;
  std::string name_;
  Memory memory_;
  File file_;
  std::unique_ptr<Elf, CloseElf> elf_;
  bool relocated_ = false;
  Address bias_ = 0;
  Address entry_ = 0;
  std::unordered_map<std::string, Address> symbols_;  // of the runtime and of syscall
};

}  // namespace goroutines
