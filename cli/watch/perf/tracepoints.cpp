// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/perf/tracepoints.hpp"

#include <fmt/core.h>
#include <sys/vfs.h>

#include <array>
#include <fstream>

#include "recording/names.hpp"

namespace watch::perf {
namespace {

constexpr Names<Function::execve> names("clone", "clone3", "fork", "vfork", "execve");
constexpr const char* tracing_folders[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};
constexpr const char* ids_for_all = "/run/forklift/tracepoints";
constexpr auto tracefs_magic = 0x74726163;

using Ids = std::map<std::string, std::uint64_t>;

void read_file_for_all(Ids& ids) {
  std::ifstream file(ids_for_all);
  std::string tracepoint;
  for (std::uint64_t id = 0; file >> tracepoint >> id;) ids[tracepoint] = id;
}

void read_tracefs(const char* folder, const std::string& tracepoint, Ids& ids) {
  std::ifstream file(fmt::format("{}/events/syscalls/{}/id", folder, tracepoint));
  if (std::uint64_t id = 0; file >> id) ids[tracepoint] = id;
}

std::uint64_t find(const Ids& ids, const std::string& tracepoint) {
  const auto found = ids.find(tracepoint);
  return found == ids.end() ? 0 : found->second;
}

}  // namespace

std::string name(Function function) { return names.of(function); }

Tracepoints find_tracepoints() {
  Ids ids;
  read_file_for_all(ids);
  Tracepoints all;
  for (const auto function :
       {Function::clone, Function::clone3, Function::fork, Function::vfork, Function::execve}) {
    const std::string enter = "sys_enter_" + name(function);
    const std::string exit = "sys_exit_" + name(function);
    for (const char* folder : tracing_folders) {
      read_tracefs(folder, enter, ids);
      read_tracefs(folder, exit, ids);
    }
    // fork and vfork do not exist on AArch64.
    const TracepointIds both{.enter = find(ids, enter), .exit = find(ids, exit)};
    if (both.enter != 0 && both.exit != 0) all[function] = both;
  }
  return all;
}

// Since Linux 5.16 only the owning group can read the numbers.
std::string tracepoints_remedy() {
  struct statfs status {};
  const bool mounted = statfs(tracing_folders[0], &status) == 0 && status.f_type == tracefs_magic;
  return mounted ? "sudo mount -o remount,mode=755,gid=$(id -g) /sys/kernel/tracing"
                 : "sudo mount -t tracefs -o mode=755,gid=$(id -g) tracefs /sys/kernel/tracing";
}

}  // namespace watch::perf
