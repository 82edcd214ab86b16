// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace forklift::kernel {

/// System calls that a seccomp filter may kill for. The probe's child makes
/// each once, with arguments that have no effect, before its parent makes any.
enum class Tasted : std::uint8_t {
  seccomp_state,  ///< prctl(2), PR_GET_SECCOMP: without a filter nothing else is tasted
  core_limit,     ///< prlimit64(2): a child that is killed leaves no core file
  clone3,
  close_range,
  pipe2,
  socketpair,
  get_robust_list,
  pidfd_open,
  pidfd_send_signal,
  wait_by_pidfd,  ///< waitid(2) with P_PIDFD
  pidfd_info,     ///< ioctl(2) with PIDFD_GET_INFO
  memfd_create,
};
inline constexpr int tasted_count = 12;

/// A set of `Tasted`, as bits.
using TastedSet = std::uint32_t;
constexpr TastedSet tasted_bit(Tasted call) noexcept {
  return TastedSet{1} << static_cast<unsigned>(call);
}

/// The probe child's results, in memory that it should share with us.
struct ProbeMarks {
  std::uint32_t running = 1;  ///< cleared by the kernel at the child's end
  int canary = -1;            ///< a descriptor that the child closes in its own table
  int visited = 0;            ///< 1: the child's writes reach us
  bool tastes = false;        ///< true: it first makes the calls of `Tasted`
  bool closes = false;        ///< true: it may close all descriptors of its own table
  int tasting = -1;           ///< the call that the child tastes; -1 before and after
  TastedSet deadly = 0;       ///< calls to skip
  long close_range = 0;       ///< result of an empty close_range
  long leave_table = 0;       ///< result of one with CLOSE_RANGE_UNSHARE
};

/// Runs in the probe's child under the rules of the child side; never returns.
extern "C" void forklift_probe_child(void* marks);

}  // namespace forklift::kernel
