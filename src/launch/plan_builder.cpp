// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "launch/plan_builder.hpp"

#include <algorithm>
#include <utility>

namespace forklift::launch {

Call& PlanBuilder::add(Step step, std::string subject, long call,
                       std::initializer_list<Argument> arguments) {
  Call made{.number = call, .step = step};
  std::ranges::copy(arguments, made.arguments);
  prepared_->calls.push_back(made);
  prepared_->subjects.push_back(std::move(subject));
  return prepared_->calls.back();
}

const char* PlanBuilder::keep(std::string content) {
  prepared_->texts.push_back(std::move(content));
  return prepared_->texts.back().c_str();
}

long PlanBuilder::take_room(std::size_t bytes) {
  constexpr std::size_t alignment = alignof(std::max_align_t);
  const std::size_t at = (prepared_->frame_bytes + alignment - 1) / alignment * alignment;
  prepared_->frame_bytes = at + bytes;
  return static_cast<long>(at);
}

long PlanBuilder::take_cell(const std::string& what) {
  const long cell = take_room(sizeof(int));
  name_cell(cell, what);
  return cell;
}

}  // namespace forklift::launch
