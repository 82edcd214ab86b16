// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

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

/// A set of features, as bits.
using FeatureSet = std::uint32_t;
constexpr FeatureSet feature_bit(Feature feature) noexcept {
  return FeatureSet{1} << static_cast<unsigned>(feature);
}
inline constexpr FeatureSet all_features = (FeatureSet{1} << feature_count) - 1;
/// Those that are asked for one by one, when a launch first needs them: each takes
/// some microseconds, many times as much in a process that has just used its caches.
inline constexpr FeatureSet optional_features =
    feature_bit(Feature::into_cgroup) | feature_bit(Feature::autokill) |
    feature_bit(Feature::robust_list) | feature_bit(Feature::mailbox) |
    feature_bit(Feature::marked_pipe);

/// For every feature zero, or the kernel's `-errno`.
///
/// ENOSYS, EPERM and EINVAL all mean "not here": a seccomp profile may return
/// any of them.
struct Features {
  std::array<int, feature_count> refused{};
  TastedSet deadly = 0;
  FeatureSet asked = 0;        ///< what the rest means nothing without
  bool pidfd_by_clone = true;  ///< false: the pidfd must be opened after the clone

  bool operator==(const Features&) const = default;
  int& operator[](Feature feature) { return refused[static_cast<std::size_t>(feature)]; }
  int operator[](Feature feature) const { return refused[static_cast<std::size_t>(feature)]; }
  /// Requires: it was asked for.
  bool works(Feature feature) const { return (*this)[feature] == 0; }
  /// Whether a filter kills for this call.
  bool kills(Tasted call) const { return deadly & tasted_bit(call); }
  /// These alone, the others as if not asked for.
  Features only(FeatureSet wanted) const noexcept;
  /// The errno of what had run out while the probe needed it; 0 if nothing had.
  int shortage() const noexcept;
};

/// The probe's result: made at first use by a real child, then kept, unless
/// something had run out (`Features::shortage`): then the next use probes again.
/// All but the optional features are there, and of these what is `needed` or was
/// needed before.
///
/// A result that is not kept is the calling thread's until it asks again.
/// Threads: any; those that come first at once all probe.
/// Cost: some 100 µs once, whatever the size of the process, then a load.
const Features& features(FeatureSet needed = 0) noexcept;

/// Whether the kernel has it; asks at the first use.
inline bool works(Feature feature) noexcept {
  return features(feature_bit(feature)).works(feature);
}

/// Asks for these features anew, without keeping the result.
Features probe(FeatureSet needed = all_features) noexcept;

/// For tests: `features()` returns this from now on; null ends it. It must
/// outlive its use.
void pretend(const Features* features) noexcept;

}  // namespace forklift::kernel
