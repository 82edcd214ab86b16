// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/ballast.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include <filesystem>
#include <system_error>

#ifndef MADV_POPULATE_WRITE  // glibc before 2.35
#define MADV_POPULATE_WRITE 23
#endif

namespace lab {
namespace {

std::system_error failure(const char* what) {
  return std::system_error(errno, std::generic_category(), what);
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    ++count;
  }
  return count - 1;  // without the one that reads the directory
}

}  // namespace

Ballast::~Ballast() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  end_.notify_all();
  if (memory_) ::munmap(memory_, size_);
}

void Ballast::set_memory(std::size_t bytes) {
  if (bytes == size_) return;
  if (memory_) ::munmap(memory_, size_);
  memory_ = nullptr;
  size_ = 0;
  if (bytes == 0) return;
  void* const mapped =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw failure("cannot map the ballast");
  memory_ = static_cast<std::byte*>(mapped);
  size_ = bytes;
  // Small pages, as in a program whose allocator takes memory bit by bit.
  ::madvise(memory_, bytes, MADV_NOHUGEPAGE);
  // In one call, if the kernel has it (5.14), or with a fault for every page.
  ::madvise(memory_, bytes, MADV_POPULATE_WRITE);
  for (std::size_t at = 0; at < bytes; at += page_size) memory_[at] = std::byte{1};
}

void Ballast::set_descriptors(std::size_t count) {
  descriptors_.clear();
  const std::size_t others = open_descriptors();
  for (std::size_t i = others; i < count; ++i) {
    forklift::Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!null) throw failure("cannot open the descriptors of the ballast");
    descriptors_.push_back(std::move(null));
  }
}

void Ballast::set_threads(std::size_t count) {
  while (threads_.size() < count) threads_.emplace_back([this] { sleep_until_end(); });
}

void Ballast::sleep_until_end() {
  std::unique_lock lock(mutex_);
  end_.wait(lock, [this] { return ended_; });
}

}  // namespace lab
