// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <forklift/pipeline.hpp>

#include <forklift/fork_lock.hpp>
#include <iterator>
#include <ranges>

#include "api/launch_group.hpp"
#include "api/command_state.hpp"
#include "api/launch_error.hpp"

namespace forklift {
namespace {

using Stages = std::vector<Command>;

// A pipe after every stage except the last.
std::expected<std::vector<Pipe>, std::error_code> connect(Stages& stages) {
  std::vector<Pipe> pipes;
  for (std::size_t i = 0; i + 1 < stages.size(); ++i) {
    auto pipe = fork_exec_pipe();
    if (!pipe) return std::unexpected(pipe.error());
    stages[i].out(Stdio::descriptor(pipe->writing.get()));
    stages[i + 1].in(Stdio::descriptor(pipe->reading.get()));
    pipes.push_back(std::move(*pipe));
  }
  return pipes;
}

}  // namespace

Pipeline& Pipeline::then(Command next) {
  stages_.push_back(std::move(next));
  return *this;
}

// A setting without a stage applies to a stage without a program, which every
// launch refuses: the setting is not lost silently.
Stages& Pipeline::stages() {
  if (stages_.empty()) stages_.emplace_back(std::string());
  return stages_;
}

Pipeline& Pipeline::in(Stdio stdio) {
  stages().front().in(std::move(stdio));
  return *this;
}

Pipeline& Pipeline::out(Stdio stdio) {
  stages().back().out(std::move(stdio));
  return *this;
}

Pipeline& Pipeline::err(Stdio stdio) {
  stages().back().err(std::move(stdio));
  return *this;
}

Pipeline& Pipeline::success_by_last(bool by_last) {
  by_last_ = by_last;
  return *this;
}

LaunchGroup Pipeline::start(Stages stages, Notice notice) {
  if (stages.empty()) stages.emplace_back(std::string());
  const std::string program = stages.front().program();
  LaunchGroup group(program, true);
  auto pipes = connect(stages);
  if (!pipes) {
    group.add(std::unexpected(
        failed(program, {Step::pipe, "between two stages", pipes.error().value()})));
    return group;
  }
  for (const Command& stage : stages) {
    if (!group.add(stage.try_start(notice))) break;
  }
  group.keep_open(std::move(*pipes));
  return group;
}

std::expected<RunningPipeline, LaunchError> Pipeline::try_spawn() const {
  auto children = start(stages_, Notice::none).finish();
  if (!children) return std::unexpected(std::move(children.error()));
  return RunningPipeline(std::move(*children), by_last_);
}

RunningPipeline Pipeline::spawn() const { return value_or_throw(try_spawn()); }

std::optional<LaunchError> Pipeline::refuses(const Input& input) const {
  if (stages_.empty()) return std::nullopt;  // the launch will refuse it
  const auto refused = stages_.front().refuses(input);
  if (!refused) return std::nullopt;
  return LaunchError(refused->program(), refused->step(), refused->subject(),
                     refused->code().value(), 1);
}

Pipeline Pipeline::capturing(const Input& input) const {
  if (stages_.empty()) return *this;
  Pipeline captured(*this);
  const Command &first = stages_.front(), &last = stages_.back();
  if (!first.stdio(0)) captured.in(input.empty() ? Stdio::null() : Stdio::pipe());
  if (last.state_ && last.state_->spec.pty) return captured;  // its outputs go there
  if (!last.stdio(1)) captured.out(Stdio::pipe());
  if (!last.stdio(2)) captured.err(Stdio::pipe());
  return captured;
}

Pipeline operator|(Command first, Command second) {
  return std::move(Pipeline(std::move(first)).then(std::move(second)));
}

Pipeline operator|(Pipeline pipeline, Command next) {
  return std::move(pipeline.then(std::move(next)));
}

}  // namespace forklift
