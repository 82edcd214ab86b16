// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// The limits above which a rule applies.
namespace watch::threshold {

using namespace std::chrono_literals;

/// A pause that shows in the p99 of a service that answers in milliseconds. A
/// launch without a copy takes a tenth of it.
constexpr std::chrono::nanoseconds pause = 2ms;

/// Less sampled processor time than this is only a few samples.
constexpr std::chrono::nanoseconds fault_time = 50ms;

/// Executing a small program takes some hundred microseconds; tearing down the
/// tables of 256 MiB takes 5 ms.
constexpr std::chrono::nanoseconds teardown = 5ms;
/// Teardown takes about as long as the copy: an exec that is much shorter than
/// the call has none.
constexpr double teardown_share = 0.5;

/// A child prepares itself within a millisecond; one that takes ten waits for
/// something.
constexpr std::chrono::nanoseconds slow_child = 10ms;
constexpr double slow_child_share = 0.5;

/// Two can coincide by chance.
constexpr std::size_t fork_lock_queue = 3;

/// With one or two other threads, "all of them" means little.
constexpr std::size_t frozen_threads = 3;

/// Of a call's time; below a third the reason hardly matters.
constexpr double starved_share = 0.3;
constexpr double convoy_share = 0.3;

/// Less swapped memory than this has entries that are copied in a millisecond.
constexpr std::uint64_t swapped = std::uint64_t{64} << 20;
constexpr double swapped_share = 0.05;

/// One signal during a call is chance, three are a timer.
constexpr std::uint64_t restarts = 3;

/// A thousand descriptors cost some 90 us, as much as the rest of a launch.
constexpr std::size_t descriptors = 1000;
constexpr std::chrono::nanoseconds descriptors_time = 500us;

/// Copy-on-write faults are rare without copies, but the first write to a page
/// that was read before looks like one.
constexpr double faults_without_call = 1000;

/// Fork explains too little of the blocked time to be noticed.
constexpr double explains_little = 0.05;
constexpr std::chrono::nanoseconds blocked = 10ms;

/// Fewer calls than this can be chance.
constexpr std::size_t few_calls = 3;

}  // namespace watch::threshold
