// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/machine.hpp"

#include <gnu/libc-version.h>
#include <sys/utsname.h>

#include <algorithm>
#include <forklift/engine.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <thread>

namespace lab {
namespace {

// The rest of the first line that starts with `key`.
std::string line_after(const char* path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key)) continue;
    const auto at = line.find_first_not_of(" \t:", key.size());
    return at == std::string::npos ? "" : line.substr(at);
  }
  return "";
}

std::size_t kibibytes(const std::string& key) {
  std::istringstream text(line_after("/proc/meminfo", key));
  std::size_t value = 0;
  text >> value;
  return value * 1024;
}

std::optional<std::size_t> number_in(const char* path) {
  std::ifstream file(path);
  std::size_t value = 0;
  return file >> value ? std::optional(value) : std::nullopt;
}

std::size_t cgroup_room(std::size_t available) {
  constexpr const char* files[][2] = {
      {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"},
      {"/sys/fs/cgroup/memory/memory.limit_in_bytes",
       "/sys/fs/cgroup/memory/memory.usage_in_bytes"}};
  for (const auto& [limit_file, usage_file] : files) {
    const auto limit = number_in(limit_file);
    const auto usage = number_in(usage_file);
    if (limit && usage && *limit > *usage) available = std::min(available, *limit - *usage);
  }
  return available;
}

}  // namespace

Machine this_machine() {
  utsname system{};
  ::uname(&system);
  const auto found = forklift::capabilities();
  return {.kernel = std::string(system.sysname) + " " + system.release + " " + system.machine,
          .processor = line_after("/proc/cpuinfo", "model name"),
          .cores = std::thread::hardware_concurrency(),
          .memory = kibibytes("MemTotal"),
          .available = cgroup_room(kibibytes("MemAvailable")),
          .libc = std::string("glibc ") + ::gnu_get_libc_version(),
          .engine = std::string(forklift::name(found.engine)),
          .build = FORKLIFT_BUILD_TYPE};
}

nlohmann::json as_json(const Machine& machine) {
  return {{"kernel", machine.kernel}, {"processor", machine.processor},
          {"cores", machine.cores},   {"memory_mib", machine.memory >> 20},
          {"libc", machine.libc},     {"engine", machine.engine},
          {"build", machine.build}};
}

}  // namespace lab
