// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The same stall has different remedies in different programs: a C++ program
// can change its launcher, a Python or Java program has options, Redis has
// settings. So advice is a table by problem and runtime, and versions matter:
// an unknown version is assumed to be recent.

#include "advice/advice.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "recording/wording.hpp"

namespace watch {
namespace {

using process::Process, process::Runtime;
using Lines = std::vector<std::string>;
using Version = std::pair<int, int>;

// "go1.19.8", "3.11", "17.0.15"; none if not known.
std::optional<Version> version(const Process& process) {
  const std::string& text = process.runtime_version;
  const auto digit = std::ranges::find_if(text, [](char c) { return c >= '0' && c <= '9'; });
  const char* const end = text.data() + text.size();
  Version found{0, 0};
  auto [rest, error] = std::from_chars(text.data() + (digit - text.begin()), end, found.first);
  if (error != std::errc()) return std::nullopt;
  if (rest < end && *rest == '.') std::from_chars(rest + 1, end, found.second);
  return found;
}

// An unknown version is assumed to be recent.
bool is_before(const Process& process, Version wanted) {
  const auto found = version(process);
  return found && *found < wanted;
}

bool passes(const Stack& stack, const char* function) {
  return std::ranges::any_of(
      stack, [&](const std::string& name) { return name.find(function) != std::string::npos; });
}

// --- page tables are copied, by runtime --------------------------------------

Lines for_native(const Circumstances&) {
  return {
      "launch by posix_spawn(3) or by Forklift's Command: both share memory with the child until "
      "it executes, so nothing is copied, whatever the size",
  };
}

Lines for_python(const Process& process, const Circumstances& circumstances) {
  const bool is_old = is_before(process, {3, 10});
  const bool by_subprocess = passes(circumstances.stack, "subprocess_fork_exec") ||
                             passes(circumstances.stack, "_posixsubprocess");
  Lines lines;
  if (is_old) {
    lines.push_back(
        "use Python 3.10 or later, whose subprocess does not copy (vfork); before, 3.8 and 3.9 do "
        "not if close_fds=False, the program has a path and nothing else is asked for");
  }
  lines.push_back(
      "give subprocess neither preexec_fn nor user, group, extra_groups: each makes it copy; "
      "start_new_session, process_group, cwd, umask do not");
  if (!by_subprocess) {
    lines.push_back(
        "multiprocessing: set_start_method('forkserver') or 'spawn' early in main; 'fork' is the "
        "default before 3.14");
  }
  return lines;
}

Lines for_java(const Process& process) {
  const char* const option = "-Djdk.lang.Process.launchMechanism=POSIX_SPAWN";
  if (is_before(process, {12, 0})) {
    return {"use VFORK (the default before 13), or Java 12 or later with " + std::string(option)};
  }
  const char* const why = is_before(process, {13, 0}) ? " (the default since 13)" : "";
  return {fmt::format("start java with {}{}", option, why),
          "if launchMechanism=FORK is not set, a native library forks: its stack shows which"};
}

Lines for_go(const Process& process) {
  if (is_before(process, {1, 9})) {
    return {
        "build with Go 1.9 or later: os/exec no longer copies page tables (CLONE_VFORK), and "
        "with 1.21 or later, where launches do not wait for each other"};
  }
  return {"leave CLONE_NEWUSER out of SysProcAttr: with it, os/exec copies page tables",
          "if os/exec does not launch, C code under cgo forks: its stack shows which"};
}

Lines for_node() {
  return {
      "child_process copies page tables in the event loop's thread: launch from a small process "
      "(child_process.fork() of one early, while memory is small)"};
}

Lines for_redis() {
  return {"let a replica write the snapshots (save \"\" here), or have BGSAVE run when load is low",
          "several small instances in place of a large one: the stall grows with the data of each",
          "latest_fork_usec of INFO shows the same stall; latency-monitor-threshold 10 records it"};
}

constexpr const char* huge_pages_in_redis =
    "leave transparent huge pages off (disable-thp yes): they make the call shorter, but each "
    "write after it copies 2 MiB";

// --- page tables are copied, by memory ---------------------------------------

std::string leave_out(const Circumstances& circumstances) {
  // Below, a mapping's part of the copy is less than a millisecond.
  constexpr std::uint64_t worth_naming = std::uint64_t{64} << 20;
  const std::string which =
      circumstances.largest_mapping >= worth_naming
          ? fmt::format(" (the largest mapping has {})", print_size(circumstances.largest_mapping))
          : "";
  return fmt::format(
      "large buffers that no child needs{}: madvise(MADV_DONTFORK) leaves them out of every copy",
      which);
}

std::string huge_pages(const char* how) {
  return fmt::format(
      "huge pages ({}) have page tables 512 times smaller; each write after a fork then copies "
      "2 MiB, so only where calls are rare or execute at once",
      how);
}

// A program on a runtime does not own its heap, and has fewer options.
Lines by_memory(const Process& process, const Circumstances& circumstances) {
  const bool has_huge_pages = process.memory.huge > process.memory.anonymous / 2;
  switch (process.runtime) {
    case Runtime::redis: return {huge_pages_in_redis};
    case Runtime::native:
      if (has_huge_pages) return {leave_out(circumstances)};
      return {leave_out(circumstances), huge_pages("madvise(MADV_HUGEPAGE)")};
    case Runtime::cpython:  // mmap.madvise
      return {leave_out(circumstances)};
    case Runtime::jvm:
      if (has_huge_pages) return {};
      return {huge_pages("-XX:+UseTransparentHugePages")};
    case Runtime::go:
    case Runtime::node: return {};
  }
  return {};
}

Lines against_copying(const Process& process, const Circumstances& circumstances) {
  Lines lines = advice_by_runtime(process, circumstances);
  const Lines more = by_memory(process, circumstances);
  lines.insert(lines.end(), more.begin(), more.end());
  return lines;
}

// --- the other problems ------------------------------------------------------

Lines against_copy_on_write(const Process& process, const Circumstances& circumstances) {
  if (process.runtime == Runtime::redis) {
    return {
        "have snapshots written when few keys change: each page written to meanwhile is "
        "copied; rdb_last_cow_size of INFO shows how much it was",
        "leave transparent huge pages off (disable-thp yes): with them each write copies 2 MiB"};
  }
  Lines lines = against_copying(process, circumstances);
  lines.insert(lines.begin(),
               "end or execute the child early: as long as it has the memory, each page written to "
               "costs a fault in this process");
  return lines;
}

Lines against_slow_child(const Process& process) {
  Lines lines{
      "see what the child does before it executes: a slow file server, a search in a long PATH, "
      "a frozen cgroup; the caller is suspended until then"};
  if (process.runtime == Runtime::native) {
    lines.push_back(
        "Forklift's Command::start() does not wait for exec, and a launch can have a deadline");
  }
  return lines;
}

Lines against_fork_lock(const Process& process) {
  if (process.runtime != Runtime::go) {
    return {
        "launch by Forklift's Command, which takes no lock; where the ForkLock must be, hold "
        "it for opening and marking only"};
  }
  if (is_before(process, {1, 9})) return for_go(process);
  Lines lines;
  if (is_before(process, {1, 21})) {
    lines.push_back("build with Go 1.21 or later: launches then do not wait for each other");
  }
  lines.push_back("bound the launches under way at once (a semaphore before os/exec)");
  return lines;
}

Lines against_descriptors(const Process& process) {
  Lines lines;
  if (process.runtime == Runtime::native) {
    lines.push_back(
        "launch by Forklift's Command: its child shares the descriptor table and copies at most "
        "64");
  }
  lines.push_back("launch from a process that has few descriptors, such as a helper started early");
  return lines;
}

}  // namespace

std::vector<std::string> advice_by_runtime(const Process& process,
                                           const Circumstances& circumstances) {
  switch (process.runtime) {
    case Runtime::native: return for_native(circumstances);
    case Runtime::cpython: return for_python(process, circumstances);
    case Runtime::jvm: return for_java(process);
    case Runtime::go: return for_go(process);
    case Runtime::node: return for_node();
    case Runtime::redis: return for_redis();
  }
  return {};
}

std::vector<std::string> advice(const Process& process, Problem ill,
                                const Circumstances& circumstances) {
  switch (ill) {
    case Problem::copying:
    case Problem::teardown: return against_copying(process, circumstances);
    case Problem::copy_on_write: return against_copy_on_write(process, circumstances);
    case Problem::slow_child: return against_slow_child(process);
    case Problem::fork_lock: return against_fork_lock(process);
    case Problem::descriptors: return against_descriptors(process);
    case Problem::no_processor:
      return {
          "give the process more processor time (cpu.max, cpu.weight of its cgroup), or run "
          "fewer threads: it is not fork that is slow"};
    case Problem::lock_convoy:
      return {
          "see who maps and unmaps memory all the time (mmap, munmap, mprotect, stacks of new "
          "threads): the call queues behind them"};
    case Problem::swap:
      return {
          "keep the process out of swap (memory.swap.max, mlockall, vm.swappiness): swapped "
          "pages have entries to copy, too, under a lock of the whole machine"};
    case Problem::restarts:
      return {
          "block the timer's signal around launches (pthread_sigmask), or profile by a timer "
          "that is slower than the call; Forklift blocks signals during a launch"};
  }
  return {};
}

}  // namespace watch
