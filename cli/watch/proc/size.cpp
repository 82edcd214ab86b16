// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/proc/size.hpp"

#include <dirent.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <string>

#include "watch/proc/clock.hpp"

namespace watch {
namespace {

constexpr Nanoseconds fresh = std::chrono::milliseconds(20);
constexpr Nanoseconds between_counts = std::chrono::seconds(2);
constexpr int cost_share = 200;  // counting takes at most this part of the time

void take(const std::string& line, std::string_view label, std::uint64_t unit,
          std::uint64_t& value) {
  if (line.starts_with(label)) value = std::stoull(line.substr(label.size())) * unit;
}

// Since Linux 6.2 the directory's size is the number of descriptors.
std::size_t count_descriptors(pid_t pid) {
  const std::string path = fmt::format("/proc/{}/fd", pid);
  struct stat status {};
  if (stat(path.c_str(), &status) == 0 && status.st_size > 0) {
    return static_cast<std::size_t>(status.st_size);
  }
  std::size_t count = 0;
  DIR* const folder = opendir(path.c_str());
  if (folder == nullptr) return 0;
  while (const dirent* entry = readdir(folder)) count += entry->d_name[0] != '.' ? 1 : 0;
  closedir(folder);
  return count;
}

std::size_t count_lines(const std::string& path) {
  std::ifstream file(path);
  std::array<char, 16384> piece{};
  std::size_t lines = 0;
  while (file.read(piece.data(), piece.size()) || file.gcount() > 0) {
    lines += static_cast<std::size_t>(std::count(piece.data(), piece.data() + file.gcount(), '\n'));
  }
  return lines;
}

}  // namespace

std::optional<Size> SizeReader::now() {
  const auto moment = monotonic_now();
  if (last_ && moment - read_at_ < fresh) return last_;
  last_ = read();
  read_at_ = moment;
  return last_;
}

std::optional<Size> SizeReader::read() const {
  std::ifstream file(fmt::format("/proc/{}/status", pid_));
  Size size;
  std::uint64_t threads = 0;
  for (std::string line; std::getline(file, line);) {
    take(line, "VmPTE:", 1024, size.page_tables);
    take(line, "VmRSS:", 1024, size.resident);
    take(line, "VmSwap:", 1024, size.swapped);
    take(line, "Threads:", 1, threads);
  }
  if (threads == 0) return std::nullopt;
  size.threads = threads;
  size.mappings = mappings_;
  size.descriptors = count_descriptors(pid_);
  return size;
}

void SizeReader::count_mappings() {
  const auto begin = monotonic_now();
  if (begin < next_count_) return;
  mappings_ = count_lines(fmt::format("/proc/{}/maps", pid_));
  const auto end = monotonic_now();
  next_count_ = end + std::max(between_counts, cost_share * (end - begin));
}

}  // namespace watch
