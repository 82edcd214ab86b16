// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <forklift/export.hpp>
#include <optional>
#include <string_view>

namespace forklift {

/// What a limit is about; each is the RLIMIT_* of setrlimit(2) of that name, and
/// its unit is the kernel's: bytes, seconds, microseconds (rttime) or a count.
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

/// As prlimit(1) calls it: "nofile", "as", "memlock".
FORKLIFT_EXPORT std::string_view name(Resource resource) noexcept;
FORKLIFT_EXPORT std::optional<Resource> resource_of(std::string_view name) noexcept;

/// No limit.
inline constexpr std::uint64_t unlimited = ~std::uint64_t{0};

/// A limit as the kernel keeps it; what is left out stays as it is.
struct Limit {
  std::optional<std::uint64_t> soft = {};
  std::optional<std::uint64_t> hard = {};
};

}  // namespace forklift
