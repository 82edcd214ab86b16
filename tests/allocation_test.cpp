// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// A launch of a command that was launched before allocates nothing: neither
// by operator new, which this program counts, nor by mmap, which strace would.

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <forklift/command.hpp>
#include <new>

using forklift::Command, forklift::Stdio;

namespace {

std::atomic<long> allocations{0};

// Launches `again` times; counts allocations after the first two.
long allocations_of(const char* what, const Command& command) {
  constexpr int again = 100;
  for (int i = 0; i < 2; ++i) command.run();
  const long before = allocations;
  for (int i = 0; i < again; ++i) {
    forklift::Child child = command.spawn();
    child.wait();
  }
  const long taken = allocations - before;
  std::printf("%-8s %ld allocations in %d launches\n", what, taken, again);
  return taken;
}

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

int main() {
  const Command bare("/bin/true");
  const Command search = Command("true").env("FORKLIFT", "1").env_remove("HOME").directory("/");
  const Command files = Command("true").in(Stdio::null()).out(Stdio::null()).err(Stdio::same_as(1));
  const Command pipes = Command("true").in(Stdio::pipe()).out(Stdio::pipe()).err(Stdio::pipe());
  return allocations_of("bare", bare) + allocations_of("search", search) +
                     allocations_of("files", files) + allocations_of("pipes", pipes) ==
                 0
             ? 0
             : 1;
}
