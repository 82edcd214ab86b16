// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "plan/callers_path.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace forklift::launch {
namespace {

// Removes the next component of a path; skips "." and "".
std::string_view next_component(std::string_view& path) {
  for (;;) {
    path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
    const std::string_view component = path.substr(0, path.find('/'));
    path.remove_prefix(component.size());
    if (component != ".") return component;
  }
}

// The target of a path, for the process that resolves it: one of its links in
// /proc and then `rest`.
struct Relative {
  std::string ProcLinks::*link;
  std::string rest;  // begins with a slash unless it is empty
};

std::optional<Relative> read_dev(std::string_view name, std::string_view path) {
  if (name == "fd") return Relative{&ProcLinks::self, "/fd" + std::string(path)};
  constexpr std::array<std::string_view, 3> streams = {"stdin", "stdout", "stderr"};
  for (std::size_t number = 0; number < streams.size(); ++number) {
    if (name != streams[number]) continue;
    return Relative{&ProcLinks::self, "/fd/" + std::to_string(number) + std::string(path)};
  }
  return std::nullopt;
}

std::optional<Relative> relative(std::string_view path) {
  if (!path.starts_with('/')) return std::nullopt;
  const std::string_view folder = next_component(path);
  const std::string_view name = next_component(path);
  if (folder == "dev") return read_dev(name, path);
  if (folder != "proc") return std::nullopt;
  if (name == "self") return Relative{&ProcLinks::self, std::string(path)};
  if (name == "thread-self") return Relative{&ProcLinks::thread_self, std::string(path)};
  return std::nullopt;
}

bool is_relative(const std::optional<std::string>& path) {
  return path && relative(*path).has_value();
}

bool is_below(std::string_view rest, std::string_view name) {
  return next_component(rest) == name && !next_component(rest).empty();
}

}  // namespace

bool names_descriptor(std::string_view path) {
  const auto found = relative(path);
  return found && is_below(found->rest, "fd");
}

bool is_own_program(std::string_view path) {
  const auto found = relative(path);
  if (!found) return false;
  std::string_view rest = found->rest;
  return next_component(rest) == "exe" && next_component(rest).empty();
}

bool names_callers_things(const LaunchSpec& spec) {
  const Isolation& around = spec.isolation;
  if (relative(spec.program) || is_relative(spec.directory) || is_relative(around.root) ||
      is_relative(around.new_root)) {
    return true;
  }
  for (const auto& [number, stdio] : spec.streams) {
    if (stdio.kind() == Stdio::Kind::file && relative(stdio.path())) return true;
  }
  return false;
}

std::string callers_path(const std::string& path, const std::optional<ProcLinks>& links) {
  const auto found = relative(path);
  if (!found || !links) return path;
  const std::string& process = (*links).*(found->link);
  return process.empty() ? path : "/proc/" + process + found->rest;
}

}  // namespace forklift::launch
