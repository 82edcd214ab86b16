// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/perf/ring.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

namespace watch::perf {
namespace {

// kernel.perf_event_mlock_kb is 516 for each processor by default: 128 pages
// and the header. A second watcher of the same user gets the rest.
constexpr std::size_t most_pages = 128;
constexpr std::size_t least_pages = 8;

std::size_t page_size() { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

}  // namespace

std::optional<Ring> Ring::of(int event) {
  for (std::size_t pages = most_pages; pages >= least_pages; pages /= 2) {
    const std::size_t size = pages * page_size();
    void* const memory =
        mmap(nullptr, size + page_size(), PROT_READ | PROT_WRITE, MAP_SHARED, event, 0);
    if (memory != MAP_FAILED) return Ring(event, memory, size);
    if (errno != EPERM && errno != ENOMEM) break;
  }
  return std::nullopt;
}

Ring::Ring(int event, void* memory, std::size_t size)
    : event_(event), head_(static_cast<perf_event_mmap_page*>(memory)), size_(size) {}

Ring::Ring(Ring&& other) noexcept
    : event_(other.event_), head_(std::exchange(other.head_, nullptr)), size_(other.size_) {}

Ring::~Ring() {
  if (head_ != nullptr) munmap(head_, size_ + page_size());
}

// A record may wrap around to the beginning of the memory.
void Ring::copy(std::uint64_t from, std::span<std::byte> to) const {
  const auto* const data = reinterpret_cast<const std::byte*>(head_) + page_size();
  const std::size_t at = from & (size_ - 1);
  const std::size_t first = std::min(to.size(), size_ - at);
  std::memcpy(to.data(), data + at, first);
  std::memcpy(to.data() + first, data, to.size() - first);
}

void Ring::drain(const std::function<void(std::span<const std::byte>)>& take) {
  const std::uint64_t end = std::atomic_ref(head_->data_head).load(std::memory_order_acquire);
  std::uint64_t at = head_->data_tail;
  while (at < end) {
    perf_event_header header{};
    copy(at, std::as_writable_bytes(std::span(&header, 1)));
    record_.resize(header.size);
    copy(at, record_);
    take(record_);
    at += header.size;
    std::atomic_ref(head_->data_tail).store(at, std::memory_order_release);
  }
}

}  // namespace watch::perf
