// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/unwind/perf_map.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>

namespace watch {
namespace {

// More than any known program writes: the rest stays unread.
constexpr off_t most = off_t{256} << 20U;

class File {
 public:
  explicit File(const std::string& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)) {}
  File(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  explicit operator bool() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }

 private:
  const int descriptor_;
};

// The pid in the process's own namespace, and its user.
struct Self {
  std::string pid;
  std::optional<uid_t> user;
};

Self self_of(pid_t pid) {
  Self self{std::to_string(pid), std::nullopt};
  std::ifstream status(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("NSpid:")) self.pid = line.substr(line.find_last_of('\t') + 1);
    unsigned real = 0;
    unsigned effective = 0;
    if (std::sscanf(line.c_str(), "Uid: %u %u", &real, &effective) == 2) self.user = effective;
  }
  return self;
}

// Any user may write to /tmp: files of other users are not trusted.
bool is_trusted(const struct stat& status, const Self& self) {
  return S_ISREG(status.st_mode) && (status.st_uid == 0 || status.st_uid == self.user);
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value, 16);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return value;
}

}  // namespace

PerfMap::PerfMap(pid_t pid) : pid_(pid) {}

const std::string& PerfMap::at(std::uint64_t address) {
  static const std::string none;
  constexpr int share = 20;
  if (const std::string* const name = find(address)) return *name;
  const Clock::time_point begin = Clock::now();
  if (begin < next_look_) return none;
  read_on();
  const Clock::time_point end = Clock::now();
  next_look_ = end + share * (end - begin);
  const std::string* const name = find(address);
  return name ? *name : none;
}

const std::string* PerfMap::find(std::uint64_t address) const {
  const auto after = functions_.upper_bound(address);
  if (after == functions_.begin()) return nullptr;
  const auto& [start, function] = *std::prev(after);
  return address - start < function.size ? &function.name : nullptr;
}

void PerfMap::read_on() {
  const Self self = self_of(pid_);
  const File file(fmt::format("/proc/{}/root/tmp/perf-{}.map", pid_, self.pid));
  struct stat status {};
  if (!file || ::fstat(file.descriptor(), &status) != 0 || !is_trusted(status, self)) return;
  if (status.st_ino != file_ || status.st_size < read_) begin_anew(status.st_ino);
  std::array<char, std::size_t{1} << 16U> piece;
  while (read_ < most) {
    const ssize_t got = ::pread(file.descriptor(), piece.data(), piece.size(), read_);
    if (got <= 0) return;
    read_ += got;
    take_lines({piece.data(), static_cast<std::size_t>(got)});
  }
}

void PerfMap::begin_anew(ino_t file) {
  functions_.clear();
  rest_.clear();
  read_ = 0;
  file_ = file;
}

void PerfMap::take_lines(std::string_view piece) {
  rest_ += piece;
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = rest_.find('\n', begin)) != std::string::npos; begin = end + 1) {
    take(std::string_view(rest_).substr(begin, end - begin));
  }
  rest_.erase(0, begin);
}

// Later lines win: code memory is reused.
void PerfMap::take(std::string_view line) {
  const std::size_t size_at = line.find(' ');
  if (size_at == std::string_view::npos) return;
  const std::size_t name_at = line.find(' ', size_at + 1);
  if (name_at == std::string_view::npos) return;
  const auto start = number(line.substr(0, size_at));
  const auto size = number(line.substr(size_at + 1, name_at - size_at - 1));
  if (!start || !size) return;
  functions_.insert_or_assign(*start, Function{*size, std::string(line.substr(name_at + 1))});
}

}  // namespace watch
