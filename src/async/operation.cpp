// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <forklift/operation.hpp>

#include <utility>

#include "kernel/cancel_guard.hpp"
#include "async/operation_state.hpp"

namespace forklift {
namespace {

// An operation whose result `Taking` takes from what is over. A step ends soon,
// and keeps what is thrown for the result: a cancellation has to wait for it.
template <class Result, class Taking>
class Begun final : public OperationOf<Result> {
 public:
  template <class... Options>
  explicit Begun(Taking taking, Options&&... options)
      : underway_(std::forward<Options>(options)...), taking_(taking) {}

  std::span<pollfd> poll_entries() override {
    const kernel::CancelGuard guard;
    return underway_.poll_entries();
  }
  bool is_callers(int descriptor) const override { return underway_.is_callers(descriptor); }
  std::optional<Operation::Clock::time_point> deadline() const override {
    return underway_.deadline();
  }
  bool perform() override {
    const kernel::CancelGuard guard;
    return underway_.perform();
  }
  void release_closed() noexcept override { underway_.release_closed(); }
  void cancel(int signal) noexcept override {
    const kernel::CancelGuard guard;
    underway_.cancel(signal);
  }
  Result take() override {
    underway_.check();
    return taking_(underway_);
  }

  Underway& underway() noexcept { return underway_; }

 private:
  Underway underway_;
  Taking taking_;
};

template <class Result, class Begin, class Taking, class... Options>
OperationPtr<Result> begin(Begin begin, Taking taking, Options&&... options) {
  const kernel::CancelGuard guard;
  auto made = std::make_unique<Begun<Result, Taking>>(taking, std::forward<Options>(options)...);
  begin(made->underway());
  return made;
}

Output take_output(Underway& underway) {
  Output output;
  underway.communicator().hand_over(output);
  output.status = underway.children().front().wait();
  return output;
}

PipelineOutput take_pipeline_output(Underway& underway) {
  PipelineOutput output;
  underway.communicator().hand_over(output);
  output.status = underway.status();
  return output;
}

}  // namespace

Operation::~Operation() = default;

OperationPtr<Child> begin_spawn(const Command& command) {
  return begin<Child>([&](Underway& underway) { underway.spawn(command); },
                      [](Underway& underway) { return std::move(underway.launched().front()); });
}

OperationPtr<Output> begin_output(const Command& command, OutputOptions options) {
  return begin<Output>([&](Underway& underway) { underway.output(command); }, take_output,
                       std::move(options));
}

OperationPtr<ExitStatus> begin_wait(Child& child) {
  return begin<ExitStatus>(
      [&](Underway& underway) {
        underway.wait({&child, 1});
      },
      [](Underway& underway) {
        return underway.children().front().try_wait().value_or(ExitStatus::of_lost());
      });
}

OperationPtr<Output> begin_communicate(Child& child, OutputOptions options) {
  return begin<Output>(
      [&](Underway& underway) {
        underway.communicate({&child, 1});
      },
      take_output, std::move(options));
}

OperationPtr<RunningPipeline> begin_spawn(const Pipeline& pipeline) {
  return begin<RunningPipeline>([&](Underway& underway) { underway.spawn(pipeline); },
                                [](Underway& underway) { return underway.running(); });
}

OperationPtr<PipelineOutput> begin_output(const Pipeline& pipeline, OutputOptions options) {
  return begin<PipelineOutput>([&](Underway& underway) { underway.output(pipeline); },
                               take_pipeline_output, std::move(options));
}

OperationPtr<PipelineStatus> begin_wait(RunningPipeline& pipeline) {
  return begin<PipelineStatus>([&](Underway& underway) { underway.wait(pipeline); },
                               [](Underway& underway) { return underway.status(); });
}

OperationPtr<PipelineOutput> begin_communicate(RunningPipeline& pipeline, OutputOptions options) {
  return begin<PipelineOutput>([&](Underway& underway) { underway.communicate(pipeline); },
                               take_pipeline_output, std::move(options));
}

}  // namespace forklift
