// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <forklift/pipeline.hpp>

#include <signal.h>

#include <algorithm>

#include "kernel/deadline.hpp"
#include "kernel/process.hpp"

namespace forklift {
namespace {

using kernel::Deadline;

std::chrono::nanoseconds left_of(Deadline deadline) noexcept {
  if (deadline.is_never()) return std::chrono::nanoseconds::max();
  const timespec left = deadline.left();
  return std::chrono::seconds(left.tv_sec) + std::chrono::nanoseconds(left.tv_nsec);
}

}  // namespace

bool PipelineStatus::success() const noexcept {
  if (stages.empty()) return false;
  const auto from = by_last ? stages.end() - 1 : stages.begin();
  return std::all_of(from, stages.end(), [](const ExitStatus& stage) { return stage.success(); });
}

PipelineStatus RunningPipeline::wait() {
  PipelineStatus status{.stages = {}, .by_last = by_last_};
  for (Child& stage : stages_) status.stages.push_back(stage.wait());
  return status;
}

std::optional<PipelineStatus> RunningPipeline::wait_for(Duration limit) {
  const Deadline deadline = Deadline::after(limit);
  for (Child& stage : stages_) {
    if (!stage.wait_for(left_of(deadline))) return std::nullopt;
  }
  return wait();
}

void RunningPipeline::kill_trees(int signal) noexcept {
  for (Child& stage : stages_) stage.kill_tree(signal);
}

PipelineStatus RunningPipeline::stop_trees(Duration grace) {
  const Deadline deadline = Deadline::after(grace);
  kill_trees(SIGTERM);
  kill_trees(SIGCONT);  // a stopped stage does not handle SIGTERM
  // Unreaped, each reserves its group's number.
  for (const Child& stage : stages_) {
    if (stage.pid() < 0) continue;  // moved from or detached
    kernel::await_end({stage.pid(), stage.pidfd()}, deadline);
  }
  kill_trees(SIGKILL);
  return wait();
}

}  // namespace forklift
