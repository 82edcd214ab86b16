// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "launch/id_maps.hpp"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <forklift/fd.hpp>
#include <string>

#include "types/quote.hpp"

namespace forklift::launch {
namespace {

std::string lines_of(const std::vector<IdRange>& ranges) {
  std::string lines;
  for (const IdRange& range : ranges) {
    lines += std::to_string(range.inside) + " " + std::to_string(range.outside) + " " +
             std::to_string(range.count) + "\n";
  }
  return lines;
}

// The kernel accepts a map in one write, and only once.
std::optional<Failure> write_map(pid_t child, const std::string& name, const std::string& text) {
  if (text.empty()) return std::nullopt;
  const Fd file(
      ::open(("/proc/" + std::to_string(child) + "/" + name).c_str(), O_WRONLY | O_CLOEXEC));
  const auto size = static_cast<ssize_t>(text.size());
  if (file && ::write(file.get(), text.data(), text.size()) == size) return std::nullopt;
  const int error = errno;
  return Failure{Step::id_map, name + " " + quote(text.substr(0, text.size() - 1)), error};
}

}  // namespace

std::optional<Failure> write_id_maps(pid_t child, const IdMaps& maps) {
  if (auto failure = write_map(child, "uid_map", lines_of(maps.users))) return failure;
  // Before its groups are mapped: afterwards the kernel accepts only "allow".
  if (!maps.setgroups) {
    if (auto failure = write_map(child, "setgroups", "deny\n")) return failure;
  }
  return write_map(child, "gid_map", lines_of(maps.groups));
}

}  // namespace forklift::launch
