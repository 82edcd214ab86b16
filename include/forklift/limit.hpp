// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <forklift/export.hpp>
#include <optional>
#include <string_view>

namespace forklift {

/// A resource with a limit: the RLIMIT_* of setrlimit(2) with the same name, in
/// the kernel's unit: bytes, seconds, microseconds (rttime) or a count.
enum class Resource {
  address_space,      ///< RLIMIT_AS, bytes
  core,               ///< bytes
  cpu,                ///< seconds
  data,               ///< bytes
  file_size,          ///< RLIMIT_FSIZE, bytes
  locks,              ///< a count
  locked_memory,      ///< RLIMIT_MEMLOCK, bytes
  message_queue,      ///< RLIMIT_MSGQUEUE, bytes
  nice,               ///< 20 minus the lowest nice value
  descriptors,        ///< RLIMIT_NOFILE, one more than the highest number
  processes,          ///< RLIMIT_NPROC, a count for the real user
  resident,           ///< RLIMIT_RSS, without effect since Linux 2.6
  realtime_priority,  ///< RLIMIT_RTPRIO
  realtime_time,      ///< RLIMIT_RTTIME, microseconds
  pending_signals,    ///< RLIMIT_SIGPENDING, a count
  stack,              ///< bytes
};

/// The name in prlimit(1): "nofile", "as", "memlock".
FORKLIFT_EXPORT std::string_view name(Resource resource) noexcept;
FORKLIFT_EXPORT std::optional<Resource> resource_of(std::string_view name) noexcept;

/// No limit.
inline constexpr std::uint64_t unlimited = ~std::uint64_t{0};

/// A soft and a hard limit; the one that is left out stays unchanged.
struct Limit {
  std::optional<std::uint64_t> soft = {};
  std::optional<std::uint64_t> hard = {};
};

}  // namespace forklift
