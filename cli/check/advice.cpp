// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "check/advice.hpp"

#include <fmt/core.h>

#include <charconv>
#include <optional>
#include <utility>

#include "check/label.hpp"

namespace check {
namespace {

using process::Runtime;
using Lines = std::vector<std::string>;

// The first two numbers of "go1.19.8", "3.11" or "17.0.15".
std::optional<std::pair<int, int>> numbers(const std::string& version) {
  const std::size_t begin = version.find_first_of("0123456789");
  if (begin == std::string::npos) return std::nullopt;
  const char* const end = version.data() + version.size();
  std::pair<int, int> found;
  const auto major = std::from_chars(version.data() + begin, end, found.first);
  if (major.ptr != end && *major.ptr == '.') std::from_chars(major.ptr + 1, end, found.second);
  return found;
}

bool is_before(const std::string& version, std::pair<int, int> other) {
  const auto found = numbers(version);
  return found && *found < other;
}

Lines of_native() {
  return {
      "start programs by posix_spawn(3) or Forklift in place of fork and exec: they copy no "
      "page tables, however large the process is"};
}

Lines of_go(const std::string& version) {
  if (is_before(version, {1, 9})) {
    return {version +
            " copies page tables for every program it starts, and all who open descriptors wait "
            "for it at syscall.ForkLock: build it with Go 1.9 or later"};
  }
  std::string line = "Go since 1.9 copies no page tables to start a program: only C code within it";
  return {line + " that forks would"};
}

Lines of_cpython(const std::string& version) {
  Lines lines;
  if (is_before(version, {3, 10})) {
    lines.push_back("subprocess of Python " + version +
                    " forks unless it is given close_fds=False and a path with a slash: use "
                    "Python 3.10 or later, where it does not");
  }
  lines.push_back(
      "subprocess: no preexec_fn, user, group or extra_groups, which make it fork; "
      "start_new_session and process_group do without");
  lines.push_back(
      "multiprocessing: set_start_method('forkserver') early, since 'fork' copies page tables"
      " (the default before Python 3.14); os.fork() always does");
  return lines;
}

Lines of_jvm(const std::string& version) {
  Lines lines{
      "processes: -Djdk.lang.Process.launchMechanism=POSIX_SPAWN (the default since 13) copies no "
      "page tables, FORK does"};
  if (is_before(version, {13, 0})) {
    lines.push_back("Java " + version + " uses vfork unless it was told FORK: that copies none");
  }
  lines.push_back("-XX:+UseTransparentHugePages leaves few entries of the heap to copy");
  return lines;
}

Lines of_node() {
  return {
      "child_process forks in the thread of the event loop: start programs from a small "
      "process, made early (child_process.fork, IPC), that does it for this one"};
}

Lines of_redis() {
  return {
      "BGSAVE, BGREWRITEAOF and a full synchronisation of a replica fork: let a replica save "
      "(save \"\" and appendonly no here), repl-diskless-sync does not avoid it",
      "several instances with a part of the data each stall for a part of the time; 'redis-cli "
      "info stats' tells latest_fork_usec"};
}

}  // namespace

Lines advice(Runtime runtime, const std::string& version) {
  switch (runtime) {
    case Runtime::native: break;
    case Runtime::go: return of_go(version);
    case Runtime::cpython: return of_cpython(version);
    case Runtime::jvm: return of_jvm(version);
    case Runtime::node: return of_node();
    case Runtime::redis: return of_redis();
  }
  return of_native();
}

Lines advice(const Prediction& prediction) {
  constexpr double most_of_it = 0.5;
  if (is_good(prediction.stall)) return {};
  if (prediction.causes.empty() || prediction.causes.front().share < most_of_it) {
    return {
        "memory that children never use: madvise(MADV_DONTFORK); memory that is large and "
        "dense: madvise(MADV_HUGEPAGE), which has a five hundredth of the entries"};
  }
  const Cause& first = prediction.causes.front();
  const std::string what = label(first.mapping);
  Lines lines{fmt::format("{}: madvise(MADV_DONTFORK) if no child uses it takes {:.0f} % away",
                          what, 100 * first.share)};
  if (first.mapping.huge < first.mapping.resident / 2) {
    lines.push_back(
        fmt::format("{}: madvise(MADV_HUGEPAGE) leaves a five hundredth of the entries "
                    "to copy, but every first write then copies 2 MiB",
                    what));
  }
  return lines;
}

}  // namespace check
