// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/hang/growing_memory.hpp"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <system_error>

namespace lab::hang {
namespace {

constexpr std::size_t page = 4096;

// Made resident at once, under one hold of the memory lock: some 30 ms, no
// longer than the forks that the thread waited for before.
constexpr std::size_t stretch = std::size_t{128} << 20;

#if !defined(MADV_POPULATE_WRITE)
constexpr int MADV_POPULATE_WRITE = 23;
#endif

}  // namespace

GrowingMemory::GrowingMemory(std::size_t most) : most_((most + page) / page * page) {
  void* const mapped = ::mmap(nullptr, most_, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) {
    throw std::system_error(errno, std::generic_category(), "cannot map the ballast");
  }
  memory_ = static_cast<std::byte*>(mapped);
  ::madvise(memory_, most_, MADV_NOHUGEPAGE);
}

GrowingMemory::~GrowingMemory() {
  growth_ = {};  // requests its end and joins
  ::munmap(memory_, most_);
}

void GrowingMemory::fill(std::size_t bytes, const std::function<bool()>& proceed) {
  bytes = std::min(bytes, most_) / page * page;
  while (touched_ < bytes && proceed()) {
    touch(std::min(bytes, touched_ + stretch));
  }
}

void GrowingMemory::grow(std::size_t bytes_per_second) {
  if (bytes_per_second == 0) return;
  growth_ = std::jthread([this, rate = static_cast<double>(bytes_per_second)](
                             const std::stop_token& end) { keep_growing(end, rate); });
}

// Touched page by page, the memory would grow too slowly: for each page the
// thread waits for the memory lock, which forking threads hold in turn. So it
// populates many pages by one call (Linux 5.14).
void GrowingMemory::touch(std::size_t bytes) {
  if (::madvise(memory_ + touched_, bytes - touched_, MADV_POPULATE_WRITE) == 0) touched_ = bytes;
  for (; touched_ < bytes; touched_ += page) memory_[touched_] = std::byte{1};
}

void GrowingMemory::keep_growing(const std::stop_token& end, double bytes_per_second) {
  constexpr std::chrono::milliseconds beat{10};
  const std::size_t first = touched_;
  const auto begin = std::chrono::steady_clock::now();
  std::mutex mutex;
  std::condition_variable_any ended;
  std::unique_lock lock(mutex);
  while (!ended.wait_for(lock, end, beat, [&end] { return end.stop_requested(); })) {
    const std::chrono::duration<double> past = std::chrono::steady_clock::now() - begin;
    const auto due = first + static_cast<std::size_t>(bytes_per_second * past.count());
    fill(due, [&end] { return !end.stop_requested(); });
  }
}

std::size_t resident() {
  std::ifstream file("/proc/self/statm");
  std::size_t size = 0;
  std::size_t pages = 0;
  file >> size >> pages;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace lab::hang
