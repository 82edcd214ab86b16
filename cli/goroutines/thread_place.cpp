// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "goroutines/thread_place.hpp"

#include <fmt/core.h>

#include <charconv>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace goroutines {
namespace {

std::optional<Address> hexadecimal(const std::string& word) {
  Address number = 0;
  const std::size_t prefix = word.starts_with("0x") ? 2 : 0;
  const auto [end, error] =
      std::from_chars(word.data() + prefix, word.data() + word.size(), number, 16);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return number;
}

}  // namespace

// "running", or "56 0x11 0x0 ... SP PC"; -1 is a page fault, which has no arguments.
std::optional<StackPlace> place_in_kernel(pid_t process, pid_t thread) {
  std::ifstream file(fmt::format("/proc/{}/task/{}/syscall", process, thread));
  const std::vector<std::string> words{std::istream_iterator<std::string>(file), {}};
  if (words.size() < 3) return std::nullopt;
  const auto sp = hexadecimal(words[words.size() - 2]);
  const auto pc = hexadecimal(words.back());
  if (!sp || !pc) return std::nullopt;
  return StackPlace{.pc = *pc, .sp = *sp};
}

}  // namespace goroutines
