// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Identifies the runtime of a process from outside, without executing anything
// in it: by its mappings and the name of its program. No two runtimes record
// their version in the same way: a file name, a release file, a header, or a
// text in the image. Paths are resolved in the root of the process.

#include "process/runtime.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>

#include "process/go_version.hpp"
#include "process/proc_file.hpp"

namespace process {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// A program replaced by an upgrade has a remark after its name.
std::string without_remark(const std::string& path) {
  constexpr std::string_view remark = " (deleted)";
  return path.ends_with(remark) ? path.substr(0, path.size() - remark.size()) : path;
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

// "3.11" of "3.11.so.1.0": digits with points between them.
std::string leading_version(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() &&
         (is_digit(text[end]) ||
          (text[end] == '.' && end > 0 && end + 1 < text.size() && is_digit(text[end + 1])))) {
    ++end;
  }
  return std::string(text.substr(0, end));
}

// Looks up files in the root of the process.
std::string in_root_of(pid_t pid, const std::string& path) { return proc_path(pid, "root") + path; }

// "python3.11", "python3", "python": the version at its end.
std::optional<std::string> python_named(const std::string& name) {
  constexpr std::string_view python = "python";
  if (!name.starts_with(python)) return std::nullopt;
  std::string version = leading_version(std::string_view(name).substr(python.size()));
  if (python.size() + version.size() != name.size()) return std::nullopt;
  return version.find('.') == std::string::npos ? "" : version;
}

std::string python_version(const std::string& executable, const Mapped& mapped) {
  const std::string of_name = python_named(base_name(executable)).value_or("");
  if (!of_name.empty() || mapped.libpython.empty()) return of_name;
  return leading_version(mapped.libpython.substr(mapped.libpython.rfind("libpython") + 9));
}

// A few directories above libjvm.so is the JDK's release file.
std::string jvm_version(pid_t pid, const std::string& libjvm) {
  std::string folder = folder_of(libjvm);
  for (int i = 0; i < 5 && !folder.empty(); ++i, folder = folder_of(folder)) {
    const std::string text = read_file(in_root_of(pid, folder + "/release")).text;
    const std::string_view version = field(text, "JAVA_VERSION=\"");
    if (!version.empty()) return std::string(version.substr(0, version.find('"')));
  }
  return {};
}

// From its installed header.
std::string node_version(const Process& process) {
  const std::string header =
      folder_of(folder_of(process.executable)) + "/include/node/node_version.h";
  const std::string text = read_file(in_root_of(process.pid, header)).text;
  if (text.empty()) return {};
  const auto part = [&text](const char* name) {
    return std::to_string(number(text, std::string("#define NODE_") + name + "_VERSION"));
  };
  return part("MAJOR") + "." + part("MINOR") + "." + part("PATCH");
}

// A separate text such as "7.0.15" at this place; empty if there is none.
std::string_view version_at(std::string_view image, std::size_t at) {
  const std::size_t end = image.find('\0', at);
  if (end == std::string_view::npos || end - at > 12) return {};
  const std::string_view text = image.substr(at, end - at);
  const bool has_all = std::ranges::count(text, '.') == 2 && leading_version(text) == text;
  return has_all ? text : std::string_view();
}

// Redis has its version in its image twice: alone, and before its build id.
// Other versions, of commands, appear only alone.
std::string redis_version(std::string_view image) {
  for (std::size_t at = 0; (at = image.find('\0', at)) != std::string_view::npos;) {
    if (++at >= image.size() || !is_digit(image[at])) continue;
    const std::string_view version = version_at(image, at);
    if (version.empty()) continue;
    for (std::size_t other = 0; (other = image.find(version, other)) != std::string_view::npos;) {
      other += version.size();
      constexpr std::size_t build_id = 10;
      const std::string_view rest = image.substr(other, build_id);
      const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
      if (rest.size() == build_id && std::ranges::all_of(rest, is_word))
        return std::string(version);
    }
  }
  return {};
}

std::string redis_version_of(pid_t pid) {
  return redis_version(read_file(proc_path(pid, "exe")).text);
}

constexpr std::array<std::string_view, 3> redis_names{"redis-server", "valkey-server",
                                                      "keydb-server"};

bool is_redis(const Process& process, const std::string& program) {
  // Debian's redis-server is a link; the process keeps this name.
  return std::ranges::any_of(
      redis_names, [&](std::string_view name) { return program == name || process.name == name; });
}

}  // namespace

Mapped mapped_files(pid_t pid) {
  Mapped mapped;
  const std::string text = read_file(proc_path(pid, "maps")).text;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = std::string_view(text).substr(at, end - at);
    const std::size_t slash = line.find('/');
    if (slash != std::string_view::npos) {
      const std::string_view path = line.substr(slash);
      const std::string_view file = path.substr(path.rfind('/') + 1);
      if (file == "libjvm.so") mapped.libjvm = path;
      if (file.starts_with("libpython") && !file.starts_with("libpython.")) mapped.libpython = path;
    }
    ++mapped.count;
    at = end + 1;
  }
  return mapped;
}

void find_runtime(Process& process, const Mapped& mapped) {
  const bool is_readable = !process.executable.empty();
  const std::string program =
      is_readable ? base_name(without_remark(process.executable)) : process.name;
  const auto is = [&process](Runtime runtime, std::string version) {
    process.runtime = runtime;
    process.runtime_version = std::move(version);
  };
  if (is_redis(process, program)) return is(Runtime::redis, redis_version_of(process.pid));
  if (!mapped.libjvm.empty()) return is(Runtime::jvm, jvm_version(process.pid, mapped.libjvm));
  if (python_named(program) || !mapped.libpython.empty()) {
    return is(Runtime::cpython, python_version(program, mapped));
  }
  if (program == "node" || program == "nodejs") return is(Runtime::node, node_version(process));
  if (!is_readable && program == "java") return is(Runtime::jvm, "");
  if (auto version = go_version(proc_path(process.pid, "exe"))) is(Runtime::go, *version);
}

}  // namespace process
