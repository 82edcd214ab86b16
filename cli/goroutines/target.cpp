// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "goroutines/target.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "goroutines/code_scan.hpp"
#include "goroutines/go_sections.hpp"
#include "goroutines/plausible.hpp"
#include "goroutines/wait_reasons.hpp"
#include "refusal.hpp"

namespace goroutines {
namespace {

// From memory if the file lacks the addresses that the loader fills in.
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
    if (auto table = LineTable::read(std::move(bytes), begin)) return std::move(*table);
  }
  throw Refusal(program.who() + ": its table of functions is of a format that is not known");
}

std::string why_not_in_stripped(const LineTable& lines, const char* function) {
  if (!lines.named(function)) return fmt::format("it has no function {}", function);
#if defined(__x86_64__)
  return "it is stripped, and its code does not show it";
#else
  return "it is stripped, and code is read on x86-64 only";
#endif
}

// A version newer than the table may well match the last known one: this is
// checked.
std::optional<Layout> layout_by_table(const Target& target) {
  if (!target.all_goroutines) return std::nullopt;
  const auto version = std::min(target.version, newest_known());
  const auto layout = known_layout(version);
  if (!layout ||
      !makes_sense(target.program.memory(), target.lines, *target.all_goroutines, *layout)) {
    return std::nullopt;
  }
  return layout;
}

std::string why_no_layout(const Target& target) {
  const std::string known =
      fmt::format("the table has Go {} to {}", print(oldest_known()), print(newest_known()));
  const std::string its =
      target.version_text.empty() ? "its version is unknown" : "this is " + target.version_text;
  return fmt::format(
      "what a goroutine looks like is not known: the program has no debug information, {}, and {}",
      known, its);
}

}  // namespace

Target::Target(pid_t pid)
    : program(pid),
      lines(read_lines(program)),
      version_text(version_of(program)),
      version(parse_version(version_text)),
      layout(layout_from_dwarf(program.elf())),
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
  if (!layout) layout = layout_by_table(*this);
  if (!layout) missing.push_back(why_no_layout(*this));
}

}  // namespace goroutines
