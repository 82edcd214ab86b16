// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <forklift/export.hpp>
#include <forklift/step.hpp>
#include <string>
#include <system_error>

namespace forklift {

/// A launch that failed: which step, on what, and the kernel's reason.
///
/// `what()` is one sentence: "cannot launch 'git': chdir '/nope': No such file
/// or directory". It ends after some 4 KiB of a longer subject. `code()` is in the
/// generic category.
class FORKLIFT_EXPORT LaunchError : public std::system_error {
 public:
  /// `stage`: its place in a pipeline, from 1 on; 0: it is in none.
  LaunchError(std::string program, Step step, std::string subject, int error, int stage = 0);

  Step step() const noexcept { return step_; }
  /// What the step was about, as printed; empty where it needs no words.
  const std::string& subject() const noexcept { return subject_; }
  const std::string& program() const noexcept { return program_; }
  /// The failed program's place in its pipeline, from 1 on; 0 if it is in none.
  int stage() const noexcept { return stage_; }

 private:
  Step step_;
  std::string subject_;
  std::string program_;
  int stage_;
};

}  // namespace forklift
