// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <forklift/fd.hpp>
#include <memory>
#include <vector>

#include "kernel/deadline.hpp"
#include "kernel/process.hpp"
#include "launch/cgroup_directory.hpp"
#include "launch/mailbox.hpp"
#include "launch/observer.hpp"
#include "child/plan.hpp"
#include "plan/compiled_plan.hpp"

namespace forklift::launch {

/// The parent's end of a pipe, by the child's number.
struct PipeEnd {
  int target = -1;
  Fd descriptor;
};

/// Memory of one launch: the child's stack and its frame.
class Memory {
 public:
  Memory() noexcept = default;
  /// Allocates memory for a frame of at least `frame_bytes`; `shared` memory is
  /// also shared with a child that has a copy of all other memory.
  static Memory take(std::size_t frame_bytes, bool shared) noexcept;
  Memory(Memory&& other) noexcept;
  Memory& operator=(Memory&& other) noexcept;
  ~Memory();

  explicit operator bool() const noexcept { return base_; }
  std::byte* stack() const noexcept;
  std::size_t stack_size() const noexcept;
  Frame& frame() const noexcept;
  std::size_t frame_bytes() const noexcept;

 private:
  std::byte* base_ = nullptr;
  std::size_t size_ = 0;
};

/// A launch from clone to exec: it owns the child's stack, its plan and its
/// outcome until the kernel reports that the child has left them.
struct InFlight {
  Memory memory;
  bool shared = false;     ///< memory for the `fork` engine
  std::uint64_t mark = 0;  ///< the process that created it
  Mailbox mailbox;

  CompiledPlanRef plan;
  LaunchObservers observers;
  kernel::Deadline deadline = kernel::Deadline::never();
  pid_t pid = -1;
  Fd pidfd;
  Fd report;                      ///< reading end of the report pipe, if there is one
  CgroupDirectory cgroup;         ///< the child's, if it has one
  Fd terminal;                    ///< our end of the child's pseudoterminal
  std::vector<PipeEnd> ours;      ///< the parent's ends of the child's pipes
  std::vector<Fd> childs;         ///< the child's ends, while we still need them open
  bool stopped = false;           ///< killed by us, which is not a failure of its own
  bool autokill = false;          ///< the child dies when its pidfd is closed
  bool messages_pending = false;  ///< sent, and not known to be received

  Frame& frame() const noexcept { return memory.frame(); }
  kernel::Process process() const noexcept { return {pid, pidfd.get()}; }
};

struct ReturnToPool {
  void operator()(InFlight* record) const noexcept;
};
using InFlightPtr = std::unique_ptr<InFlight, ReturnToPool>;

/// A record for a launch by `engine`: a pooled one, preferably with or without
/// a mailbox as requested, or a new one; null without memory.
///
/// Threads: any; no lock is taken.
InFlightPtr take_in_flight(Engine engine, std::size_t frame_bytes, bool with_mailbox) noexcept;

/// Fills the pool with up to `count` records, at most 64, that have a mailbox.
void reserve_in_flight(std::size_t count) noexcept;

/// The lowest number of a mailbox, -1 if none was opened yet.
int lowest_mailbox() noexcept;
void note_mailbox(int number) noexcept;

}  // namespace forklift::launch
