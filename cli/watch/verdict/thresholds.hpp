// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// From where on a rule speaks.
namespace watch::threshold {

using namespace std::chrono_literals;

/// A pause that shows in the p99 of a service which answers in milliseconds. A
/// launch without a copy takes a tenth of it.
constexpr std::chrono::nanoseconds pause = 2ms;

/// Below, a sampled processor time is a handful of samples.
constexpr std::chrono::nanoseconds fault_time = 50ms;

/// Executing a small program takes some hundred microseconds; tearing down the
/// tables of 256 MiB takes 5 ms.
constexpr std::chrono::nanoseconds teardown = 5ms;
/// Teardown is about as long as the copy: an exec that is short beside the call
/// is none.
constexpr double teardown_share = 0.5;

/// A child prepares itself within a millisecond; what takes ten waits for
/// something.
constexpr std::chrono::nanoseconds slow_child = 10ms;
constexpr double slow_child_share = 0.5;

/// Two may meet by chance.
constexpr std::size_t fork_lock_queue = 3;

/// With one thread or two beside the caller "all of them" says little.
constexpr std::size_t frozen_threads = 3;

/// Of a call's time; a third is lost before anybody asks for the reason.
constexpr double starved_share = 0.3;
constexpr double convoy_share = 0.3;

/// Swapped memory of less than this has entries that are copied in a millisecond.
constexpr std::uint64_t swapped = std::uint64_t{64} << 20;
constexpr double swapped_share = 0.05;

/// A signal during a call is chance, three during one call are a timer.
constexpr std::uint64_t restarts = 3;

/// A thousand descriptors cost some 90 us, as much as the rest of a launch.
constexpr std::size_t descriptors = 1000;
constexpr std::chrono::nanoseconds descriptors_time = 500us;

/// Copy-on-write faults of a process that nobody copied are rare, but the first
/// write to a page that was read before looks like one.
constexpr double faults_without_call = 1000;

/// Fork explains so little of the blocked time that it would be felt by nobody
/// if it were gone.
constexpr double explains_little = 0.05;
constexpr std::chrono::nanoseconds blocked = 10ms;

/// Fewer calls than these can be chance.
constexpr std::size_t few_calls = 3;

}  // namespace watch::threshold
