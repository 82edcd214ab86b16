// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "recording/recording.hpp"
#include "watch/stack_copy.hpp"
#include "watch/tracing/watch_event.h"
#include "watch/tracing/windows.hpp"

namespace watch::tracing {

/// The target as seen from outside the kernel.
struct View {
  std::function<Stack(const StackCopy&)> names;  ///< empty: without stacks
  std::function<std::size_t()> descriptors;
  std::function<void()> forget;  ///< the target executes another program
};

/// Converts the hooks' records into events. Records of a call before its end
/// are kept until then, since calls are numbered by their ends.
class Translator {
 public:
  explicit Translator(View view) : view_(std::move(view)) {}

  void take(std::span<const std::byte> record, Recording& recording);

  /// The known part of a call in progress at that moment, or ended unseen.
  void take_unended(pid_t thread, const watch_under_way& call, Nanoseconds now,
                    Recording& recording);

  /// Records what still waits for the end of a call.
  void conclude(Recording& recording);

  bool saw_copying() const noexcept { return saw_copying_; }
  std::uint64_t left_out() const noexcept { return left_out_; }

 private:
  struct Held {
    std::uint64_t call = 0;  ///< by the number from the hooks
    Wait wait;
  };
  struct HeldExec {
    std::uint64_t call = 0;
    Exec exec;
  };

  void take_stack(const watch_stack& stack, std::span<const std::byte> record);
  void take_begin(const watch_begin& begin);
  void take_hold(const watch_hold& hold);
  void take_call(const watch_call& call, Recording& recording);
  void take_wait(const watch_wait& wait, Recording& recording);
  void take_child(const watch_child& child, Recording& recording);
  void take_change(const watch_program_changed& change, Recording& recording);

  void end(std::uint64_t id, Call call, Recording& recording);
  void settle(Recording& recording);
  bool settle(Held& held, Recording& recording);
  std::uint64_t number_of(std::uint64_t id) const;
  Stack stack_of(std::uint64_t id);

  View view_;
  Windows windows_;
  std::map<std::uint64_t, Stack> stacks_;
  std::map<std::uint64_t, std::uint64_t> numbers_;
  std::vector<Held> waits_;
  std::vector<HeldExec> execs_;
  std::uint64_t calls_ = 0;
  std::uint64_t left_out_ = 0;
  bool saw_copying_ = false;
};

}  // namespace watch::tracing
