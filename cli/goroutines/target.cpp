// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "goroutines/target.hpp"

#include <fmt/core.h>

#include "goroutines/code_scan.hpp"
#include "goroutines/go_sections.hpp"
#include "goroutines/wait_reasons.hpp"
#include "refusal.hpp"

namespace goroutines {
namespace {

// From memory where the file lacks the addresses that only loading gives.
std::vector<std::byte> table_bytes(const Program& program, const Program::Section& section) {
  constexpr std::uint64_t most = 1U << 30;
  if (!program.relocated()) return {section.bytes.begin(), section.bytes.end()};
  return program.memory().bytes(section.address, std::min(section.size, most));
}

LineTable read_lines(const Program& program) {
  const auto section = line_table_section(program);
  const auto text = program.variable("runtime.text");
  const auto code = program.section(".text");
  const Address begin = text ? *text : code ? code->address : 0;
  if (section) {
    auto bytes = table_bytes(program, *section);
    // Only loading gives the beginning of the code to a file without addresses.
    if (auto table = LineTable::read(std::move(bytes), begin)) return std::move(*table);
  }
  throw Refusal(program.who() + ": its table of functions is of a format that is not known");
}

std::string why_not_in_stripped(const LineTable& lines, const char* function) {
  if (!lines.named(function)) return fmt::format("it has no function {}", function);
#if defined(__x86_64__)
  return "it is stripped, and its code does not tell";
#else
  return "it is stripped, and code is read on x86-64 only";
#endif
}

std::optional<Layout> find_layout(const Program& program, Version version) {
  if (auto layout = layout_from_dwarf(program.elf())) return layout;
  return known_layout(version);
}

}  // namespace

Target::Target(pid_t pid)
    : program(pid),
      lines(read_lines(program)),
      version_text(version_of(program)),
      version(parse_version(version_text)),
      layout(find_layout(program, version)),
      wait_reasons(read_wait_reasons(program)),
      fork_lock(program.variable("syscall.ForkLock")),
      forking_lock(program.variable("syscall.forkingLock")),
      all_goroutines(program.variable("runtime.allgs")) {
  if (!fork_lock) fork_lock = find_fork_lock(program, lines);
  if (!all_goroutines) all_goroutines = find_all_goroutines(program, lines);
  if (!fork_lock) {
    missing.push_back("where the ForkLock lies is not known: " +
                      why_not_in_stripped(lines, "syscall.forkExec"));
  }
  if (!all_goroutines) {
    missing.push_back("where the goroutines lie is not known: " +
                      why_not_in_stripped(lines, "runtime.allgadd"));
  }
  if (!layout) {
    missing.push_back(fmt::format(
        "what a goroutine looks like is not known: it has no debug information, and the table has "
        "Go {} to {}, not {}",
        print(oldest_known()), print(newest_known()),
        version_text.empty() ? "an unknown version" : version_text));
  }
}

}  // namespace goroutines
