// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <forklift/export.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace forklift {

/// How a child is made, from the least to the most.
///
/// The environment variable FORKLIFT_ENGINE, read once, and not by a program that
/// has more rights than its caller (secure_getenv(3)), names the engine to use
/// instead of the best; a launch is refused where that one does not work.
enum class Engine {
  fork,           ///< memory and descriptor table are copied; works everywhere
  shared_memory,  ///< CLONE_VM: memory is shared, the descriptor table copied
  shared_table,   ///< both are shared: constant time, from Linux 5.9
};

FORKLIFT_EXPORT std::string_view name(Engine engine) noexcept;

/// One thing that the library asked of the kernel, and what it got.
struct Capability {
  std::string name;   ///< for instance "close_range"
  std::string gives;  ///< what the library uses it for
  bool works = false;
  std::string reason;  ///< why not: the kernel's answer; empty when it works
};

/// What was found on this machine, and the engine that follows from it.
struct Capabilities {
  Engine engine = Engine::fork;
  std::string why;                       ///< one sentence
  std::vector<Capability> capabilities;  ///< everything that was tried
  int mailbox = -1;                      ///< lowest descriptor number of a mailbox, -1 without
};

/// What the library can use here; probes at first use.
///
/// Threads: any. Cost: some 200 µs at first use, allocations at each.
FORKLIFT_EXPORT Capabilities capabilities();

/// Makes ready for `launches` launches at once: probes, takes their memory,
/// opens their mailboxes while low descriptor numbers are still free, and keeps
/// the second stage's program at hand (one descriptor).
///
/// A mailbox is a socket pair through which a child gets pipes and borrowed
/// descriptors. A child copies the descriptor table up to the mailbox's number,
/// so a program that will have thousands of descriptors calls this early in
/// `main`. Without the call, mailboxes are opened when first needed.
/// Errors: none; what cannot be had is tried again by the launch that needs it.
/// Threads: any. Cost: two descriptors and 52 KiB of address space a launch
/// (128 KiB on AArch64), of which a launch touches 4 KiB.
FORKLIFT_EXPORT void reserve(std::size_t launches = 1);

}  // namespace forklift
