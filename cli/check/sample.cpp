// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Reading smaps of a large process takes as long as a fork and holds its memory
// lock. This reads /proc/PID/pagemap for evenly spread pieces of 2 MiB instead
// and scales them to the sums that the kernel reports anyway. Huge pages need
// an ioctl of Linux 6.7; without it none are counted.

#include "check/sample.hpp"

#include <fcntl.h>
#include <linux/ioctl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "process/proc_file.hpp"

namespace check {
namespace {

constexpr std::uint64_t page = 4096;
constexpr std::uint64_t piece = 512 * page;  // the span of one table of small pages
constexpr std::uint64_t most_pieces = 4096;

// PAGEMAP_SCAN of linux/fs.h, since Linux 6.7; older headers lack it.
struct ScanArguments {
  std::uint64_t size;
  std::uint64_t flags;
  std::uint64_t start;
  std::uint64_t end;
  std::uint64_t walk_end;
  std::uint64_t regions;
  std::uint64_t regions_length;
  std::uint64_t most_pages;
  std::uint64_t category_inverted;
  std::uint64_t category_mask;
  std::uint64_t category_any_of;
  std::uint64_t return_mask;
};
struct Region {
  std::uint64_t start;
  std::uint64_t end;
  std::uint64_t categories;
};
constexpr unsigned long scan_request = _IOWR('f', 16, ScanArguments);
constexpr std::uint64_t is_huge = 1U << 6;

class PageMap {
 public:
  explicit PageMap(pid_t pid)
      : file_(::open(process::proc_path(pid, "pagemap").c_str(), O_RDONLY | O_CLOEXEC)) {}
  PageMap(const PageMap&) = delete;
  ~PageMap() {
    if (file_ >= 0) ::close(file_);
  }
  bool ok() const noexcept { return file_ >= 0; }

  /// Adds the pages between two addresses, at most a piece apart, `times` times.
  void add(Mapping& mapping, std::uint64_t begin, std::uint64_t end, std::uint64_t times) const {
    std::array<std::uint64_t, piece / page> entries;
    const ssize_t got = ::pread(file_, entries.data(), (end - begin) / page * sizeof entries[0],
                                static_cast<off_t>(begin / page * sizeof entries[0]));
    const std::size_t count = got > 0 ? static_cast<std::size_t>(got) / sizeof entries[0] : 0;
    bool is_dense = count == entries.size();
    for (std::size_t i = 0; i < count; ++i) {
      // Bits as in Documentation/admin-guide/mm/pagemap.rst.
      const bool is_present = (entries[i] >> 63U & 1U) != 0;
      const bool is_swapped = (entries[i] >> 62U & 1U) != 0;
      const bool is_of_file = (entries[i] >> 61U & 1U) != 0;
      if (is_present) mapping.resident += times * page;
      if (is_present && !is_of_file) mapping.anonymous += times * page;
      if (is_swapped) mapping.swapped += times * page;
      is_dense = is_dense && is_present;
    }
    if (is_dense) mapping.huge += times * huge_between(begin, end);
  }

 private:
  // Returns 0 before Linux 6.7.
  std::uint64_t huge_between(std::uint64_t begin, std::uint64_t end) const {
    std::array<Region, 4> regions{};
    ScanArguments arguments{};
    arguments.size = sizeof arguments;
    arguments.start = begin;
    arguments.end = end;
    arguments.regions = reinterpret_cast<std::uint64_t>(regions.data());
    arguments.regions_length = regions.size();
    arguments.category_mask = is_huge;
    arguments.return_mask = is_huge;
    const int found = ::ioctl(file_, scan_request, &arguments);
    std::uint64_t bytes = 0;
    for (int i = 0; i < found; ++i) {
      const Region& region = regions.at(static_cast<std::size_t>(i));
      bytes += region.end - region.start;
    }
    return bytes;
  }

  int file_;
};

std::uint64_t pieces_in(const Mapping& mapping) {
  return (mapping.end - 1) / piece - mapping.begin / piece + 1;
}

// The mappings that a fork may copy: without files, and accessible.
std::vector<Mapping> candidates(std::string_view maps) {
  // A line of maps equals the first line of each mapping in smaps.
  std::vector<Mapping> mappings = parse_mappings(maps);
  std::erase_if(mappings, [](const Mapping& each) { return !each.is_private || each.is_reserved; });
  return mappings;
}

void look_at_pieces(std::vector<Mapping>& mappings, const PageMap& pages) {
  std::uint64_t pieces = 0;
  for (const Mapping& mapping : mappings) pieces += pieces_in(mapping);
  const std::uint64_t stride = pieces / most_pieces + 1;
  std::uint64_t passed = stride / 2;
  for (Mapping& mapping : mappings) {
    for (std::uint64_t at = mapping.begin; at < mapping.end;) {
      const std::uint64_t next = std::min((at / piece + 1) * piece, mapping.end);
      if (++passed % stride == 0) pages.add(mapping, at, next, stride);
      at = next;
    }
  }
}

// The sums are known, so only the shares are estimated.
void scale(std::vector<Mapping>& mappings, const process::Memory& memory) {
  std::uint64_t anonymous = 0;
  std::uint64_t swapped = 0;
  for (const Mapping& mapping : mappings) {
    anonymous += mapping.anonymous;
    swapped += mapping.swapped;
  }
  const auto scaled = [](std::uint64_t part, std::uint64_t sum, std::uint64_t known) {
    const double share = sum == 0 ? 0 : static_cast<double>(part) / static_cast<double>(sum);
    return static_cast<std::uint64_t>(share * static_cast<double>(known)) / page * page;
  };
  for (Mapping& mapping : mappings) {
    for (std::uint64_t* size : {&mapping.resident, &mapping.huge, &mapping.anonymous}) {
      *size = scaled(*size, anonymous, memory.anonymous);
    }
    mapping.swapped = scaled(mapping.swapped, swapped, memory.swapped);
  }
}

}  // namespace

std::optional<std::vector<Mapping>> sample_mappings(const process::Process& process) {
  const process::Text maps = process::read_file(process::proc_path(process.pid, "maps"));
  const PageMap pages(process.pid);
  if (maps.error != 0 || maps.text.empty() || !pages.ok()) return std::nullopt;
  std::vector<Mapping> mappings = candidates(maps.text);
  look_at_pieces(mappings, pages);
  const auto is_found = [](const Mapping& mapping) { return mapping.anonymous > 0; };
  if (std::ranges::none_of(mappings, is_found)) return std::nullopt;
  scale(mappings, process.memory);
  return mappings;
}

}  // namespace check
