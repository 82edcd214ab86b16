// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "launch/too_big.hpp"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

namespace forklift::launch {
namespace {

// One string with its NUL (MAX_ARG_STRLEN, <linux/binfmts.h>).
std::size_t most_of_one() { return 32 * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

// All strings and the pointers to them: a quarter of the stack's limit, within
// two bounds (bprm_stack_limits, fs/exec.c).
std::size_t most_of_all(const CompiledPlan& plan) {
  constexpr std::uint64_t least = 128 * 1024, most = 6 * 1024 * 1024;
  rlimit callers{};
  ::getrlimit(RLIMIT_STACK, &callers);
  return std::clamp<std::uint64_t>(plan.stack.value_or(callers.rlim_cur) / 4, least, most);
}

struct Total {
  std::size_t count = 0, bytes = 0;
};

// Adds up one list; reports the first string that is too long by itself.
std::string measure(const char* const* texts, const char* what, Total& total) {
  for (std::size_t i = 0; texts && texts[i]; ++i) {
    const std::size_t bytes = ::strlen(texts[i]) + 1;
    total.bytes += bytes;
    ++total.count;
    if (bytes <= most_of_one()) continue;
    std::string name = std::string(what) + "[" + std::to_string(i) + "]";
    if (what == std::string_view("environment")) {
      name = "variable '" +
             std::string(texts[i], std::min<std::size_t>(strcspn(texts[i], "="), 64)) + "'";
    }
    return name + " of " + std::to_string(bytes) + " bytes, where " +
           std::to_string(most_of_one()) + " are the most for one";
  }
  return "";
}

}  // namespace

std::string explain_too_big(std::string subject, const CompiledPlan& plan, const Frame& frame) {
  if (!subject.empty()) subject += ": ";
  Total arguments, environment;
  for (const auto& argv : {&plan.argv, &plan.second_argv}) {
    Total here;
    const std::string one = argv->empty() ? "" : measure(argv->data(), "argv", here);
    if (!one.empty()) return subject + one;
    if (here.bytes > arguments.bytes) arguments = here;
  }
  const std::string one = measure(frame.environment, "environment", environment);
  if (!one.empty()) return subject + one;
  return subject + std::to_string(arguments.count) + " arguments of " +
         std::to_string(arguments.bytes) + " bytes and " + std::to_string(environment.count) +
         " variables of " + std::to_string(environment.bytes) + ", where " +
         std::to_string(most_of_all(plan)) +
         " are the most for all, with 8 for each (a quarter of RLIMIT_STACK, 6 MiB at most)";
}

}  // namespace forklift::launch
