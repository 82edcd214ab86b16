// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <forklift/export.hpp>
#include <forklift/step.hpp>
#include <string>
#include <system_error>

namespace forklift {

/// A failed launch: the step, its subject, and the error code of the kernel.
///
/// `what()` is one sentence: "cannot launch 'git': chdir '/nope': No such file
/// or directory". A subject longer than about 4 KiB is truncated. `code()` is in
/// the generic category.
class FORKLIFT_EXPORT LaunchError : public std::system_error {
 public:
  /// `stage`: the place in a pipeline, from 1; 0 outside of pipelines.
  LaunchError(std::string program, Step step, std::string subject, int error, int stage = 0);

  Step step() const noexcept { return step_; }
  /// The subject of the step, as printed; may be empty.
  const std::string& subject() const noexcept { return subject_; }
  const std::string& program() const noexcept { return program_; }
  /// The place of the failed program in its pipeline, from 1; 0 outside of one.
  int stage() const noexcept { return stage_; }

 private:
  Step step_;
  std::string subject_;
  std::string program_;
  int stage_;
};

}  // namespace forklift
