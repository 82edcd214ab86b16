// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Constants that are newer than the kernel headers of some builds. The values
// are the kernel's ABI (include/uapi/linux) and equal on both architectures.

#pragma once

#include <cstdint>

namespace forklift::kernel {

// <linux/sched.h>
inline constexpr std::uint64_t clone_clear_sighand = 0x1'0000'0000;  // Linux 5.5
inline constexpr std::uint64_t clone_pidfd = 0x1000;                 // Linux 5.2
inline constexpr std::uint64_t clone_into_cgroup = 0x2'0000'0000;    // Linux 5.7
inline constexpr std::uint64_t clone_autoreap = 1UL << 34;           // Linux 7.1, no exit signal
inline constexpr std::uint64_t clone_nnp = 1UL << 35;                // Linux 7.1
inline constexpr std::uint64_t clone_pidfd_autokill = 1UL << 36;     // Linux 7.1
inline constexpr std::uint64_t clone_newtime = 0x80;                 // Linux 5.6
inline constexpr std::uint64_t sched_flag_reset_on_fork = 1;         // Linux 3.14
inline constexpr std::uint32_t sched_deadline = 6;                   // Linux 3.14

// <linux/close_range.h>
inline constexpr unsigned close_range_unshare = 1U << 1;  // Linux 5.9
inline constexpr unsigned close_range_cloexec = 1U << 2;  // Linux 5.11

// <linux/pidfd.h>
inline constexpr unsigned pidfd_signal_process_group = 1U << 2;  // Linux 6.9
inline constexpr unsigned long pidfd_get_info = 0xc040ff0b;      // Linux 6.13, 64 bytes

// <linux/wait.h>
inline constexpr int p_pidfd = 3;  // Linux 5.4

// <linux/fs.h>
inline constexpr int rwf_nosignal = 0x100;  // Linux 6.18

// System calls with the same number on every architecture since Linux 5.0.
inline constexpr long nr_pidfd_send_signal = 424;
inline constexpr long nr_pidfd_open = 434;
inline constexpr long nr_clone3 = 435;
inline constexpr long nr_close_range = 436;
inline constexpr long nr_landlock_create_ruleset = 444;
inline constexpr long nr_landlock_add_rule = 445;
inline constexpr long nr_landlock_restrict_self = 446;

}  // namespace forklift::kernel
