// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/tracing/descriptors.hpp"

#include <fmt/core.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

namespace watch::tracing {
namespace {

std::size_t count_entries(const std::string& directory) {
  std::error_code ignored;
  const std::filesystem::directory_iterator entries(directory, ignored);
  std::size_t count = 0;
  for (auto entry = begin(entries); entry != end(entries) && !ignored; entry.increment(ignored))
    ++count;
  return count;
}

}  // namespace

std::size_t Descriptors::count() {
  const auto directory = fmt::format("/proc/{}/fd", target_);
  struct stat status {};
  if (::stat(directory.c_str(), &status) == 0 && status.st_size > 0)
    return static_cast<std::size_t>(status.st_size);
  const auto now = std::chrono::steady_clock::now();
  if (now < counted_at_ + std::chrono::milliseconds(100)) return counted_;
  counted_at_ = now;
  return counted_ = count_entries(directory);
}

// The 10th and the 12th field; the name before may contain any bytes.
std::uint64_t Descriptors::faults() const {
  std::ifstream file(fmt::format("/proc/{}/stat", target_));
  const std::string line{std::istreambuf_iterator<char>(file), {}};
  unsigned long minor = 0, major = 0;
  const auto at = line.rfind(") ");
  if (at == std::string::npos ||
      std::sscanf(line.c_str() + at + 2, "%*c %*d %*d %*d %*d %*d %*u %lu %*u %lu", &minor,
                  &major) != 2)
    return 0;
  return minor + major;
}

}  // namespace watch::tracing
