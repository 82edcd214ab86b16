// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <forklift/export.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace forklift {

/// How a child is created, from the slowest engine to the fastest.
///
/// The environment variable FORKLIFT_ENGINE selects an engine instead of the best
/// one; launches fail where it does not work. The variable is read once, and
/// ignored in programs with more rights than their caller (secure_getenv(3)).
enum class Engine {
  fork,           ///< memory and descriptor table are copied; works everywhere
  shared_memory,  ///< CLONE_VM: memory is shared, the descriptor table copied
  shared_table,   ///< both are shared: constant time, from Linux 5.9
};

FORKLIFT_EXPORT std::string_view name(Engine engine) noexcept;

/// A kernel feature that the library probed, and the result.
struct Capability {
  std::string name;     ///< for instance "close_range"
  std::string purpose;  ///< what the library uses it for
  bool works = false;
  std::string reason;  ///< why not: the kernel's answer; empty when it works
};

/// The features of this machine, and the engine that the library selects.
struct Capabilities {
  Engine engine = Engine::fork;
  std::string why;                       ///< one sentence
  std::vector<Capability> capabilities;  ///< everything that was tried
  int mailbox = -1;                      ///< lowest descriptor number of a mailbox, -1 without
};

/// Returns the kernel features that the library can use; probes at first use.
///
/// Threads: any. Cost: about 200 µs at first use, allocations at each.
FORKLIFT_EXPORT Capabilities capabilities();

/// Prepares for `launches` simultaneous launches: probes the kernel, allocates
/// memory, opens mailboxes while low descriptor numbers are still free, and keeps
/// the program of the second stage open (one descriptor).
///
/// A mailbox is a socket pair through which a child gets pipes and borrowed
/// descriptors. A child copies the descriptor table up to the mailbox's number,
/// so a program that will have thousands of descriptors calls this early in
/// `main`. Without the call, mailboxes are opened when first needed.
/// Errors: none; a launch retries to acquire a resource that is missing.
/// Threads: any. Cost: two descriptors and 52 KiB of address space a launch
/// (128 KiB on AArch64), of which a launch touches 4 KiB.
FORKLIFT_EXPORT void reserve(std::size_t launches = 1);

}  // namespace forklift
