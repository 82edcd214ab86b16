// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Constants of newer kernels than the headers we may be built with. The values
// are the kernel's ABI (include/uapi/linux) and the same on both architectures.

#pragma once

#include <cstdint>

namespace forklift::kernel {

// <linux/sched.h>
inline constexpr std::uint64_t clone_clear_sighand = 0x1'0000'0000;  // Linux 5.5
inline constexpr std::uint64_t clone_pidfd = 0x1000;                 // Linux 5.2

// <linux/close_range.h>
inline constexpr unsigned close_range_unshare = 1U << 1;  // Linux 5.9
inline constexpr unsigned close_range_cloexec = 1U << 2;  // Linux 5.11

// System calls numbered alike on every architecture since Linux 5.0.
inline constexpr long nr_pidfd_send_signal = 424;
inline constexpr long nr_pidfd_open = 434;
inline constexpr long nr_clone3 = 435;
inline constexpr long nr_close_range = 436;

}  // namespace forklift::kernel
