// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "process/proc_file.hpp"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <sstream>

namespace process {
namespace {

// The length of the first character in bytes; 0 if it is not printable.
std::size_t length_of_character(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
  const std::size_t length = first >= 0xf5 ? 0 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return 0;
  }
  const unsigned char second = byte(1);
  const bool is_control = first == 0xc2 && second < 0xa0;
  const bool is_overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool is_no_character =
      (first == 0xed && second >= 0xa0) || (first == 0xf4 && second >= 0x90);
  return is_control || is_overlong || is_no_character ? 0 : length;
}

using Names = std::vector<std::string>;

std::optional<Names> entries(const std::string& folder) {
  DIR* const directory = ::opendir(folder.c_str());
  if (!directory) return std::nullopt;
  Names names;
  while (const dirent* entry = ::readdir(directory)) {
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  }
  ::closedir(directory);
  return names;
}

std::optional<Stat> stat_in(const std::string& path) {
  const std::string text = read_file(path).text;
  // A name may have parentheses and blanks, but the fields after it have none.
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream words(text.substr(name_end + 1));
  Stat stat;
  std::uint64_t flags = 0;
  std::string skipped;
  words >> stat.state;
  for (int i = 4; i < 9; ++i) words >> skipped;
  words >> flags;
  for (int i = 10; i < 20; ++i) words >> skipped;
  words >> stat.threads >> skipped >> stat.started;
  if (!words) return std::nullopt;
  constexpr std::uint64_t kernel_thread = 0x00200000;  // PF_KTHREAD of linux/sched.h
  stat.of_kernel = (flags & kernel_thread) != 0;
  return stat;
}

}  // namespace

Text read_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {{}, errno};
  Text result;
  char buffer[1 << 14];
  for (;;) {
    const ssize_t got = ::read(file, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) result.error = errno;
    if (got <= 0) break;
    result.text.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(file);
  return result;
}

std::string proc_path(pid_t pid, std::string_view file) {
  return "/proc/" + std::to_string(pid) + "/" + std::string(file);
}

std::string_view field(std::string_view text, std::string_view key) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    if (line.starts_with(key)) {
      line.remove_prefix(std::min(line.find_first_not_of(" \t", key.size()), line.size()));
      return line;
    }
    at = end + 1;
  }
  return {};
}

std::uint64_t number(std::string_view text, std::string_view key) {
  const std::string_view line = field(text, key);
  std::uint64_t value = 0;
  std::from_chars(line.data(), line.data() + line.size(), value);
  return value;
}

std::uint64_t bytes(std::string_view text, std::string_view key) { return number(text, key) << 10; }

std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = length_of_character(text);
    if (length == 0) {
      result += '?';
    } else {
      result += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return result;
}

std::optional<Stat> stat_of(pid_t pid) { return stat_in(proc_path(pid, "stat")); }

std::size_t count_running(pid_t pid) {
  constexpr int most = 4096;
  std::size_t running = 0;
  int looked_at = 0;
  for (const std::string& thread : entries(proc_path(pid, "task")).value_or(Names())) {
    if (++looked_at > most) break;
    const auto stat = stat_in(proc_path(pid, "task/" + thread + "/stat"));
    if (stat && stat->state == 'R') ++running;
  }
  return running;
}
std::vector<pid_t> all_ids() {
  std::vector<pid_t> ids;
  for (const std::string& name : entries("/proc").value_or(Names())) {
    pid_t id = 0;
    const char* const end = name.data() + name.size();
    if (std::from_chars(name.data(), end, id).ptr == end) ids.push_back(id);
  }
  return ids;
}

std::optional<std::size_t> count_descriptors(pid_t pid) {
  const std::string path = proc_path(pid, "fd");
  // Since Linux 6.2 the size of this directory is their number, for any user.
  struct stat found {};
  if (::stat(path.c_str(), &found) == 0 && found.st_size > 0) {
    return static_cast<std::size_t>(found.st_size);
  }
  const auto names = entries(path);
  return names ? std::optional(names->size()) : std::nullopt;
}

}  // namespace process
