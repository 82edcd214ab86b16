// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "plan/plan_builder.hpp"
#include "plan/caller_state.hpp"
#include "plan/streams.hpp"

namespace forklift::launch {

/// Adds the child's operations on descriptors to a plan.
///
/// A descriptor has three states: the parent's (its number is known only at
/// launch), kept (above or between all targets, so that nothing overwrites a
/// descriptor that is still needed), and in place. The functions add one step
/// each and are called in this order.
class DescriptorSteps {
 public:
  DescriptorSteps(PlanBuilder& build, const LaunchSpec& spec, const CallerState& now,
                  const std::vector<Stream>& streams)
      : build_(build), compiled_(build.compiled()), spec_(spec), now_(now), streams_(streams) {}

  /// Determines what the parent must provide; adds no call.
  void gather();
  void announce_end();
  void leave_table();
  void receive();
  void wait_in_window();
  void keep_report_pipe();
  void open_files();
  void open_program();
  void put_into_place();
  void make_blocking();
  void close_others();

  /// Makes the report pipe, which survived one exec, close at the next.
  void mark_report();
  /// Only the exec of the program remains.
  void lock_report();
  /// The child's number of a step's descriptor; the first, or those after it.
  int number_of(ExtraFd need, int index = 0) const;
  /// The child's number of its pseudoterminal.
  int terminal() const;
  /// The frame's cell with the number of the second stage's program.
  long second_stage_cell() const { return second_stage_; }

 private:
  bool mails() const { return now_.engine == Engine::shared_table && !compiled_.sources.empty(); }
  void add_message(int first, int count);
  void choose_waiting_room();
  bool marks_its_end() const;
  bool may_stand_still() const;
  void unmark_inherited();
  void close_before_mailbox();
  void wait_in_window(long cell, std::string what);
  std::vector<int> kept() const;
  void mark_needs();
  void close_range(long first, long last);

  // A descriptor of the child on its way: the cell of the frame with its number.
  struct Waiting {
    int target;
    long cell;
    std::string what;
  };

  PlanBuilder& build_;
  CompiledPlan& compiled_;
  const LaunchSpec& spec_;
  const CallerState& now_;
  const std::vector<Stream>& streams_;
  std::vector<Waiting> waiting_;
  Window window_;
  int report_ = -1;
  long second_stage_ = -1;
};

}  // namespace forklift::launch
