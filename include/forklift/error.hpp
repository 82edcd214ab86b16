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
/// or directory". `code()` is in the generic category.
class FORKLIFT_EXPORT LaunchError : public std::system_error {
 public:
  LaunchError(const std::string& program, Step step, std::string subject, int error);

  Step step() const noexcept { return step_; }
  /// What the step was about, as printed; empty where it needs no words.
  const std::string& subject() const noexcept { return subject_; }

 private:
  Step step_;
  std::string subject_;
};

}  // namespace forklift
