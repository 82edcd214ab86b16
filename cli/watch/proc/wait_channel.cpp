// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/proc/wait_channel.hpp"

#include <algorithm>

namespace watch {
namespace {

// Linux 5.4 to 6.18. wchan omits the lock's own functions, so most of these are
// the callers of mmap_read_lock() and mmap_write_lock(); in older kernels the
// page fault takes the lock itself.
constexpr std::string_view lock_users[] = {
    "lock_mm_and_find_vma", "do_user_addr_fault", "exc_page_fault",  "do_page_fault",
    "__do_page_fault",      "vm_mmap_pgoff",      "__vm_munmap",     "vm_munmap",
    "__do_sys_brk",         "__x64_sys_brk",      "__arm64_sys_brk", "do_mprotect_pkey",
    "do_madvise",           "madvise_lock",       "mmap_read_lock",  "mmap_read_lock_killable",
    "mmap_write_lock",      "__vma_enter_locked", "vma_start_write", "__vma_start_write",
    "__do_sys_mremap",      "mremap_at"};

constexpr std::string_view creations[] = {"kernel_clone", "wait_for_vfork_done", "_do_fork",
                                          "do_fork"};

bool is_one_of(std::string_view name, auto& names) {
  return std::ranges::find(names, name) != std::end(names);
}

// GCC clones functions: "poll_schedule_timeout.constprop.0".
std::string_view without_suffix(std::string_view name) { return name.substr(0, name.find('.')); }

}  // namespace

WaitChannel wait_channel_named(std::string_view wchan) {
  const std::string_view name = without_suffix(wchan);
  if (name.empty()) return WaitChannel::unknown;
  if (name == "0") return WaitChannel::running;
  if (name.starts_with("rwsem_down_") || is_one_of(name, lock_users))
    return WaitChannel::memory_lock;
  if (is_one_of(name, creations)) return WaitChannel::creation;
  if (name.find("futex") != std::string_view::npos) return WaitChannel::futex;
  return WaitChannel::elsewhere;
}

}  // namespace watch
