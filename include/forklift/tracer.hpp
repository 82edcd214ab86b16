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
  std::uint64_t id = 0;  ///< unique; the same before and after
  std::string_view program;

  // Known afterwards.
  pid_t pid = -1;                      ///< -1 if there was no child
  const LaunchError* error = nullptr;  ///< null if the program runs
  std::chrono::nanoseconds hold{0};    ///< how long the call that started it took
  std::chrono::nanoseconds launch{0};  ///< from that call until exec was known

  /// The engine and the text of `Command::explain`; if bad input prevented a plan,
  /// the lowest engine and an empty text.
  Engine engine() const noexcept;
  std::string plan() const;

 private:
  friend class TracedLaunch;
  const launch::CompiledPlan* compiled_ = nullptr;
};

/// Receives every launch of this process, on the launching thread.
///
/// It uses no ptrace(2), and nothing runs in the child. Many threads may call it
/// at once. Its functions must not launch.
class FORKLIFT_EXPORT Tracer {
 public:
  virtual ~Tracer();
  /// Called before the child is created.
  virtual void before(const LaunchTrace& launch) noexcept = 0;
  /// Called when the program runs, when the launch has failed, or when its `Launch`
  /// is destroyed (ECANCELED).
  virtual void after(const LaunchTrace& launch) noexcept = 0;
};

/// Installs a tracer (null removes it); returns the previous one. A tracer gets
/// the end of every launch whose beginning it got, so it must outlive them.
///
/// Threads: any. Cost: with no tracer, one load a launch.
FORKLIFT_EXPORT Tracer* set_tracer(Tracer* tracer) noexcept;

}  // namespace forklift
