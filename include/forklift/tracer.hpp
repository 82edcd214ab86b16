// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <forklift/engine.hpp>
#include <forklift/error.hpp>
#include <forklift/export.hpp>
#include <string>
#include <string_view>

namespace forklift {

namespace launch {
struct CompiledPlan;
}

/// One launch as a tracer sees it; valid during the call only.
class FORKLIFT_EXPORT LaunchTrace {
 public:
  std::uint64_t id = 0;  ///< the same before and after, and no other launch's
  std::string_view program;

  // Known afterwards.
  pid_t pid = -1;                      ///< -1 if there was no child
  const LaunchError* error = nullptr;  ///< null if the program runs
  std::chrono::nanoseconds hold{0};    ///< how long the call that started it took
  std::chrono::nanoseconds launch{0};  ///< from that call until exec was known

  /// The engine, and what `Command::explain` says; without a plan, because the
  /// input was bad, the least and nothing.
  Engine engine() const noexcept;
  std::string plan() const;

 private:
  friend class TracedLaunch;
  const launch::CompiledPlan* compiled_ = nullptr;
};

/// Told of every launch of this process, in the thread that makes it.
///
/// Nothing is traced with ptrace(2), and nothing runs in the child. The calls
/// may come from many threads at once, and must not launch.
class FORKLIFT_EXPORT Tracer {
 public:
  virtual ~Tracer();
  /// Before the child is made.
  virtual void before(const LaunchTrace& launch) noexcept = 0;
  /// When it is known that the program runs, or why not, or that nobody wants
  /// to know (a `Launch` that is destroyed: ECANCELED).
  virtual void after(const LaunchTrace& launch) noexcept = 0;
};

/// Sets who is told, null for nobody; gives who was. It is told the end of each
/// launch whose beginning it was told, so it lives as long as those.
///
/// Threads: any. Cost: with no tracer, one load a launch.
FORKLIFT_EXPORT Tracer* set_tracer(Tracer* tracer) noexcept;

}  // namespace forklift
