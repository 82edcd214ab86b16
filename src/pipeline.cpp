// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <forklift/pipeline.hpp>

#include <forklift/fork_lock.hpp>
#include <iterator>
#include <ranges>

#include "conversation.hpp"
#include "failed.hpp"

namespace forklift {
namespace {

using Stages = std::vector<Command>;

LaunchError in_stage(const LaunchError& error, std::size_t index) {
  return LaunchError(error.program(), error.step(), error.subject(), error.code().value(),
                     static_cast<int>(index) + 1);
}

// A pipe behind every stage but the last. While they are open no stage sees
// the end of its input, so nothing comes of a pipeline that is half there.
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

// The stages of one launch, which become children together or not at all.
class Crew {
 public:
  explicit Crew(const Stages& stages) : stages_(stages) {}

  std::expected<std::vector<Child>, LaunchError> launch() {
    start();
    finish();
    if (!trouble_) return std::move(children_);
    for (Child& child : children_) child.kill_tree();
    children_.clear();
    return std::unexpected(std::move(*trouble_));
  }

 private:
  void start() {
    for (std::size_t i = 0; i < stages_.size() && !trouble_; ++i) {
      auto launch = stages_[i].try_start();
      if (!launch) {
        trouble_ = in_stage(launch.error(), i);
      } else {
        launches_.push_back(std::move(*launch));
      }
    }
  }

  // Once there is trouble, one that stands still before exec is not waited for:
  // its launch kills it.
  void finish() {
    for (std::size_t i = 0; i < launches_.size(); ++i) {
      if (trouble_ && !launches_[i].wait_for(std::chrono::milliseconds(500))) continue;
      auto child = std::move(launches_[i]).finish();
      if (child) {
        children_.push_back(std::move(*child));
      } else if (!trouble_ || trouble_->stage() > static_cast<int>(i) + 1) {
        trouble_ = in_stage(child.error(), i);
      }
    }
  }

  const Stages& stages_;
  std::vector<Launch> launches_;
  std::vector<Child> children_;
  std::optional<LaunchError> trouble_;
};

std::expected<std::vector<Child>, LaunchError> launch_all(Stages stages,
                                                          const std::string& program) {
  const auto pipes = connect(stages);
  if (!pipes) {
    return std::unexpected(
        failed(program, {Step::pipe, "between two stages", pipes.error().value()}));
  }
  return Crew(stages).launch();
}

}  // namespace

Pipeline& Pipeline::then(Command next) {
  stages_.push_back(std::move(next));
  return *this;
}

Pipeline& Pipeline::in(Stdio stdio) {
  stages_.front().in(std::move(stdio));
  return *this;
}

Pipeline& Pipeline::out(Stdio stdio) {
  stages_.back().out(std::move(stdio));
  return *this;
}

Pipeline& Pipeline::err(Stdio stdio) {
  stages_.back().err(std::move(stdio));
  return *this;
}

Pipeline& Pipeline::success_by_last(bool by_last) {
  by_last_ = by_last;
  return *this;
}

std::expected<RunningPipeline, LaunchError> Pipeline::try_spawn() const {
  auto children = launch_all(stages_, stages_.front().program());
  if (!children) return std::unexpected(std::move(children.error()));
  return RunningPipeline(std::move(*children), by_last_);
}

RunningPipeline Pipeline::spawn() const {
  auto running = try_spawn();
  if (!running) throw std::move(running.error());
  return std::move(*running);
}

std::expected<PipelineOutput, LaunchError> Pipeline::try_output(
    const OutputOptions& options) const {
  if (const auto refused = stages_.front().refuses(options.input)) {
    return std::unexpected(in_stage(*refused, 0));
  }
  Pipeline captured(*this);
  const Command &first = stages_.front(), &last = stages_.back();
  if (!first.stdio(0)) captured.in(options.input.empty() ? Stdio::null() : Stdio::pipe());
  if (!last.stdio(1)) captured.out(Stdio::pipe());
  if (!last.stdio(2)) captured.err(Stdio::pipe());
  Conversation conversation(options);
  auto running = captured.try_spawn();
  if (!running) return std::unexpected(std::move(running.error()));
  PipelineOutput output;
  conversation.hold(running->stages());
  conversation.hand_over(output);
  output.status = running->wait();
  return output;
}

PipelineOutput Pipeline::output(const OutputOptions& options) const {
  auto output = try_output(options);
  if (!output) throw std::move(output.error());
  return std::move(*output);
}

Pipeline operator|(Command first, Command second) {
  return std::move(Pipeline(std::move(first)).then(std::move(second)));
}

Pipeline operator|(Pipeline pipeline, Command next) {
  return std::move(pipeline.then(std::move(next)));
}

}  // namespace forklift
