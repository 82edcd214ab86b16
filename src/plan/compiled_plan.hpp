// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <expected>
#include <forklift/engine.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plan/environment.hpp"
#include "types/failure.hpp"
#include "plan/launch_spec.hpp"
#include "child/plan.hpp"
#include "plan/caller_state.hpp"

namespace forklift::launch {

/// A descriptor that the parent provides: one of its own, or a new pipe.
struct Source {
  enum class Kind {
    borrowed,
    pipe_to_child,
    pipe_from_child,
    terminal,      ///< the child's side of a new pseudoterminal
    report,        ///< the writing end of the report pipe
    second_stage,  ///< the second stage's program
    cgroup,        ///< the directory of its cgroup
  };
  Kind kind = Kind::borrowed;
  int descriptor = -1;  ///< of `borrowed`
  int target = -1;      ///< the child's number; -1 if it is kept aside until used
  long cell = 0;        ///< offset of the `int` in the frame that holds the child's number
};

/// The name of a source in a plan and in errors.
std::string name_of(const Source& source);

/// One message of the mailbox: `count` sources from `first` on.
struct FdMessage {
  long place = 0;  ///< offset of a `FdMessageBuffer` in the frame
  int first = 0;
  int count = 0;
};

/// All that can be prepared before a launch: the plan, and the parent's
/// resources for it. Immutable; shared by the launches that use it.
struct CompiledPlan {
  std::string program;
  Engine engine = Engine::fork;
  std::vector<Call> calls;
  int second_stage = 0;  ///< if not 0, calls from this one on run there
  int ready = 0;         ///< a child at this call has only exec left
  int tell = -1;         ///< the child's number of the report pipe, with a second stage
  std::vector<std::string> subjects;   ///< of each call, for people
  std::optional<std::uint64_t> stack;  ///< its soft limit, if the command sets one
  std::string searched;                ///< the places searched, if PATH is
  std::vector<std::pair<long, std::string>> cell_names;  ///< by offset, for people
  std::vector<std::pair<long, std::string>> data_names;  ///< by address, for people
  std::vector<Fill> fills;
  std::vector<Source> sources;
  bool reports_by_pipe = false;     ///< the engine `fork`, pollable or without robust futexes
  std::vector<FdMessage> messages;  ///< empty unless descriptors are mailed
  int kept = least_kept;            ///< descriptors of the parent's that the child keeps at least
  std::size_t frame_bytes = sizeof(Frame);
  std::optional<std::chrono::nanoseconds> deadline;
  int pid_namespace = -1;  ///< the caller's descriptor of the namespace to join
  std::optional<Cgroup> cgroup;
  bool joins_cgroup = false;  ///< by a step, not by the clone
  bool no_new_privileges = false;
  bool pollable = false;                   ///< its report pipe is for an event loop
  bool leads_group = false;                ///< the child leads its own process group
  std::uint64_t namespaces = 0;            ///< CLONE_NEW* flags
  std::optional<WindowSize> window;        ///< of its pseudoterminal
  std::optional<IdMaps> id_maps;           ///< to be written before the gate is opened
  std::optional<Environment> environment;  ///< absent: the caller's, unchanged

  std::deque<std::string> texts;  ///< targets of the calls' `text` arguments
  std::vector<const char*> argv;
  std::deque<std::vector<const char*>> shell_argvs;  ///< of each call of the kind `script`
  std::vector<const char*> second_argv;              ///< the second stage's, which ends with `argv`

  CallerState made_for;         ///< it fits a caller in the same state

  std::atomic<int> references{1};
  CompiledPlan* next = nullptr;  ///< of the list in `PlanCache`
};

/// A counted reference to a `CompiledPlan`: a launch in flight may outlive the
/// command that it came from.
class CompiledPlanRef {
 public:
  CompiledPlanRef() noexcept = default;
  /// Adopts one reference that is already counted.
  explicit CompiledPlanRef(const CompiledPlan* counted) noexcept : compiled_(counted) {}
  static CompiledPlanRef share(const CompiledPlan& compiled) noexcept;
  CompiledPlanRef(CompiledPlanRef&& other) noexcept
      : compiled_(std::exchange(other.compiled_, nullptr)) {}
  CompiledPlanRef& operator=(CompiledPlanRef&& other) noexcept {
    std::swap(compiled_, other.compiled_);
    return *this;
  }
  ~CompiledPlanRef();

  const CompiledPlan& operator*() const noexcept { return *compiled_; }
  const CompiledPlan* operator->() const noexcept { return compiled_; }
  explicit operator bool() const noexcept { return compiled_; }

 private:
  const CompiledPlan* compiled_ = nullptr;
};

}  // namespace forklift::launch
