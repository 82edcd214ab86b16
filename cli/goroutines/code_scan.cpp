// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "goroutines/code_scan.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace goroutines {
namespace {

struct Code {
  Address address = 0;
  std::vector<std::byte> bytes;

  unsigned byte(std::size_t at) const { return std::to_integer<unsigned>(bytes[at]); }

  // The target of these four bytes, relative to their end.
  Address target(std::size_t at) const {
    const auto distance = value_at<std::int32_t>(bytes, at).value_or(0);
    return address + at + 4 + static_cast<Address>(std::int64_t{distance});
  }
};

Code code_of(const Program& program, const LineTable::Function& function) {
  constexpr std::uint64_t most = 64U << 10;
  const std::uint64_t size = std::min(function.end - function.entry, most);
  return {.address = function.entry, .bytes = program.memory().bytes(function.entry, size)};
}

// The nearest "lea register, [rip + variable]" before an instruction.
std::optional<Address> argument_before(const Code& code, std::size_t call) {
  constexpr std::size_t farthest = 24, length = 7;
  for (std::size_t back = length; back <= farthest && back <= call; ++back) {
    const std::size_t at = call - back;
    const bool lea = (code.byte(at) & 0xfb) == 0x48 && code.byte(at + 1) == 0x8d &&
                     (code.byte(at + 2) & 0xc7) == 0x05;
    if (lea) return code.target(at + 3);
  }
  return std::nullopt;
}

// The argument of the first call of one function by another.
std::optional<Address> argument_of_call(const Code& code, Address callee) {
  constexpr unsigned call = 0xe8;
  for (std::size_t at = 0; at + 5 <= code.bytes.size(); ++at) {
    if (code.byte(at) == call && code.target(at + 1) == callee) {
      if (const auto argument = argument_before(code, at)) return argument;
    }
  }
  return std::nullopt;
}

// All operands of "op register, [rip + variable]", and surely some more.
std::vector<Address> variables_of(const Code& code) {
  constexpr std::array opcodes = {0x8bU, 0x89U, 0x8dU, 0x3bU, 0x39U};
  std::vector<Address> found;
  for (std::size_t at = 1; at + 5 <= code.bytes.size(); ++at) {
    const bool relative = (code.byte(at) & 0xc7) == 0x05;
    if (relative && std::ranges::find(opcodes, code.byte(at - 1)) != opcodes.end()) {
      found.push_back(code.target(at + 1));
    }
  }
  std::ranges::sort(found);
  return found;
}

// The process declares its machine: code is only read where this command can
// run, too.
constexpr bool readable_code =
#if defined(__x86_64__)
    true;
#else
    false;
#endif

}  // namespace

std::optional<Address> find_fork_lock(const Program& program, const LineTable& table) {
  if (!readable_code || table.link_register()) return std::nullopt;
  const auto lock = table.named("sync.(*RWMutex).Lock");
  if (!lock) return std::nullopt;
  // Since Go 1.21 the former locks it on behalf of the latter.
  for (const char* const name : {"syscall.acquireForkLock", "syscall.forkExec"}) {
    const auto user = table.named(name);
    if (!user) continue;
    if (const auto found = argument_of_call(code_of(program, *user), lock->entry)) return found;
  }
  return std::nullopt;
}

std::optional<Address> find_all_goroutines(const Program& program, const LineTable& table) {
  if (!readable_code || table.link_register()) return std::nullopt;
  const auto user = table.named("runtime.allgadd");
  if (!user) return std::nullopt;
  // A slice that is appended to: three consecutive words, all of them used.
  const std::vector<Address> variables = variables_of(code_of(program, *user));
  const auto used = [&](Address address) { return std::ranges::binary_search(variables, address); };
  for (const Address address : variables) {
    if (used(address + 8) && used(address + 16)) return address;
  }
  return std::nullopt;
}

}  // namespace goroutines
