// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recording/recording.hpp"
#include "watch/verdict/verdict.hpp"

/// Recordings made for a test, which sets only the relevant parts.
namespace made {

using namespace std::chrono_literals;
using watch::Nanoseconds;

constexpr std::uint64_t copying = 0x1200011;  // as glibc's fork(3)
constexpr std::uint64_t suspended = 0x4111;   // CLONE_VM | CLONE_VFORK | SIGCHLD

/// Ten seconds of an idle process with five threads, all figures exact.
watch::Recording quiet();

/// Adds a call at the next tenth of a second of `quiet`, and returns it.
watch::Call& add_call(watch::Recording& recording, std::uint64_t flags, Nanoseconds duration);

/// Blocks another thread by the last call, for this long.
watch::Wait& add_victim(watch::Recording& recording, pid_t thread, Nanoseconds duration);

/// The last call's child executes this long after its creation.
watch::Exec& add_exec(watch::Recording& recording, Nanoseconds since_call, Nanoseconds in_exec);

/// Counters before the first call, and after the last.
void add_ticks(watch::Recording& recording, std::uint64_t copy_faults, Nanoseconds fault_time,
               std::uint64_t copy_faults_before = 0);

/// One of the recordings in files.
watch::Recording kept(const std::string& name);

/// Null if that rule does not apply.
const watch::Verdict* find(const std::vector<watch::Verdict>& verdicts, const std::string& id);
std::vector<watch::Verdict> judge(const watch::Recording& recording);
bool applies(const watch::Recording& recording, const std::string& id);

bool says(const std::string& text, const std::string& words);

}  // namespace made
