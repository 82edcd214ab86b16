// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <forklift/operation.hpp>

#include <utility>

#include "kernel/cancel_guard.hpp"
#include "async/operation_state.hpp"

namespace forklift {
namespace {

// An operation whose result `Taking` extracts from the finished state.
template <class Result, class Taking>
class OperationFor final : public OperationOf<Result>, public OperationState {
 public:
  template <class... Options>
  explicit OperationFor(Taking taking, Options&&... options)
      : OperationState(std::forward<Options>(options)...), taking_(taking) {}

  Result take() override {
    check();
    return taking_(*this);
  }

 private:
  Taking taking_;
};

template <class Result, class Begin, class Taking, class... Options>
OperationPtr<Result> begin(Begin begin, Taking taking, Options&&... options) {
  const kernel::CancelGuard guard;
  using Made = OperationFor<Result, Taking>;
  auto made = std::make_unique<Made>(taking, std::forward<Options>(options)...);
  begin(*made);
  return made;
}

Output take_output(OperationState& state) {
  Output output;
  state.communicator().take_result(output);
  output.status = state.children().front().wait();
  return output;
}

PipelineOutput take_pipeline_output(OperationState& state) {
  PipelineOutput output;
  state.communicator().take_result(output);
  output.status = state.status();
  return output;
}

}  // namespace

Operation::~Operation() = default;

OperationPtr<Child> begin_spawn(const Command& command) {
  return begin<Child>([&](OperationState& state) { state.spawn(command); },
                      [](OperationState& state) { return std::move(state.launched().front()); });
}

OperationPtr<Output> begin_output(const Command& command, OutputOptions options) {
  return begin<Output>([&](OperationState& state) { state.output(command); }, take_output,
                       std::move(options));
}

OperationPtr<ExitStatus> begin_wait(Child& child) {
  return begin<ExitStatus>(
      [&](OperationState& state) {
        state.wait({&child, 1});
      },
      [](OperationState& state) {
        return state.children().front().try_wait().value_or(ExitStatus::of_lost());
      });
}

OperationPtr<Output> begin_communicate(Child& child, OutputOptions options) {
  return begin<Output>(
      [&](OperationState& state) {
        state.communicate({&child, 1});
      },
      take_output, std::move(options));
}

OperationPtr<RunningPipeline> begin_spawn(const Pipeline& pipeline) {
  return begin<RunningPipeline>([&](OperationState& state) { state.spawn(pipeline); },
                                [](OperationState& state) { return state.running(); });
}

OperationPtr<PipelineOutput> begin_output(const Pipeline& pipeline, OutputOptions options) {
  return begin<PipelineOutput>([&](OperationState& state) { state.output(pipeline); },
                               take_pipeline_output, std::move(options));
}

OperationPtr<PipelineStatus> begin_wait(RunningPipeline& pipeline) {
  return begin<PipelineStatus>([&](OperationState& state) { state.wait(pipeline); },
                               [](OperationState& state) { return state.status(); });
}

OperationPtr<PipelineOutput> begin_communicate(RunningPipeline& pipeline, OutputOptions options) {
  return begin<PipelineOutput>([&](OperationState& state) { state.communicate(pipeline); },
                               take_pipeline_output, std::move(options));
}

}  // namespace forklift
