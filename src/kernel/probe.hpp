// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>

#include "kernel/probe_child.hpp"

namespace forklift::kernel {

/// The features of this kernel, each probed by using it once.
enum class Feature {
  shared_memory,      ///< a CLONE_VM child's writes reach us, and its end is announced
  clone3,             ///< clone3 with CLONE_CLEAR_SIGHAND
  close_range,        ///< close_range(2)
  mark_cloexec,       ///< CLOSE_RANGE_CLOEXEC
  leave_table,        ///< CLOSE_RANGE_UNSHARE really leaves a shared descriptor table
  pidfd,              ///< CLONE_PIDFD or pidfd_open, and waitid(P_PIDFD)
  pidfd_send_signal,  ///< pidfd_send_signal(2)
  exit_info,          ///< PIDFD_GET_INFO with PIDFD_INFO_EXIT
  into_cgroup,        ///< CLONE_INTO_CGROUP
  autokill,           ///< CLONE_PIDFD_AUTOKILL
  robust_list,        ///< set_robust_list(2)
  mailbox,            ///< a Unix socket pair that carries descriptors
  marked_pipe,        ///< pipe2(2): a pipe that is close-on-exec from the start
};
inline constexpr std::size_t feature_count = 13;

/// For every feature zero, or the kernel's `-errno`.
///
/// ENOSYS, EPERM and EINVAL all mean "not here": a seccomp profile may return
/// any of them.
struct Features {
  std::array<int, feature_count> refused{};
  TastedSet deadly = 0;
  bool pidfd_by_clone = true;  ///< false: the pidfd must be opened after the clone

  bool operator==(const Features&) const = default;
  int& operator[](Feature feature) { return refused[static_cast<std::size_t>(feature)]; }
  int operator[](Feature feature) const { return refused[static_cast<std::size_t>(feature)]; }
  bool works(Feature feature) const { return (*this)[feature] == 0; }
  /// Whether a filter kills for this call.
  bool kills(Tasted call) const { return deadly & tasted_bit(call); }
  /// The errno of a shortage during the probe; 0 if none.
  int shortage() const noexcept;
};

/// The probe's result: from a real child at first use, then cached, except
/// after a shortage (`Features::shortage`): then the next use probes again.
///
/// An uncached result belongs to the calling thread until its next call.
/// Threads: any; concurrent first calls all probe.
/// Cost: some 200 µs once, independent of the process's size, then a load.
const Features& features() noexcept;

/// Runs the probe again, without caching its result.
Features probe() noexcept;

/// For tests: `features()` returns this from now on; null ends it. It must
/// outlive its use.
void pretend(const Features* features) noexcept;

}  // namespace forklift::kernel
