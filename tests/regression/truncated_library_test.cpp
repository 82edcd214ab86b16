// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// A file that is truncated while its names are read ended the command by SIGBUS.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

#include "modules.hpp"
#include "stack_names.hpp"

TEST_CASE("a library that is truncated while it is looked into has no names, and no signal comes") {
  char path[] = "/tmp/truncated-XXXXXX";
  const int file = ::mkstemp(path);
  REQUIRE(file >= 0);
  std::filesystem::copy_file(LATE_LIBRARY, path, std::filesystem::copy_options::overwrite_existing);
  const auto size = std::filesystem::file_size(path);
  void* const mapped = ::mmap(nullptr, size, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0);
  REQUIRE(mapped != MAP_FAILED);
  const auto address = reinterpret_cast<std::uintptr_t>(mapped) + size / 2;
  {
    const auto modules = std::make_shared<Modules>(::getpid());
    Dwarf_Addr bias = 0;
    Dwfl_Module* const module = modules->at(address);
    REQUIRE(module);
    REQUIRE(::dwfl_module_getelf(module, &bias));  // open, hardly read
    REQUIRE(::ftruncate(file, 0) == 0);
    modules->describes(address);
    CHECK(StackNames(modules).at(address, false).function.empty());
  }
  ::munmap(mapped, size);
  ::close(file);
  ::unlink(path);
}
