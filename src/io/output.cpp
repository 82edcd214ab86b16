// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The blocking calls that launch, communicate and wait.

#include <forklift/child.hpp>
#include <forklift/command.hpp>
#include <forklift/pipeline.hpp>

#include <utility>

#include "api/launch_error.hpp"
#include "io/communicator.hpp"

namespace forklift {

std::expected<Output, LaunchError> Command::try_output(const OutputOptions& options) const {
  if (auto refused = refuses(options.input)) return std::unexpected(std::move(*refused));
  Communicator communicator(options);
  auto launch = start_output(options, Notice::none);
  if (!launch) return std::unexpected(std::move(launch.error()));
  auto child = std::move(*launch).finish();
  if (!child) return std::unexpected(std::move(child.error()));
  Output output;
  communicator.run({&*child, 1});
  communicator.take_result(output);
  output.status = child->wait();
  return output;
}

Output Command::output(const OutputOptions& options) const {
  return value_or_throw(try_output(options));
}

Output Child::communicate(const OutputOptions& options) {
  Output output;
  communicate_with({this, 1}, options, output);
  output.status = wait();
  return output;
}

std::expected<PipelineOutput, LaunchError> Pipeline::try_output(
    const OutputOptions& options) const {
  if (auto refused = refuses(options.input)) return std::unexpected(std::move(*refused));
  Communicator communicator(options);
  auto running = capturing(options.input).try_spawn();
  if (!running) return std::unexpected(std::move(running.error()));
  PipelineOutput output;
  communicator.run(running->stages());
  communicator.take_result(output);
  output.status = running->wait();
  return output;
}

PipelineOutput Pipeline::output(const OutputOptions& options) const {
  return value_or_throw(try_output(options));
}

PipelineOutput RunningPipeline::communicate(const OutputOptions& options) {
  PipelineOutput output;
  communicate_with(stages_, options, output);
  output.status = wait();
  return output;
}

}  // namespace forklift
