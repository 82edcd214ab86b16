// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <forklift/error.hpp>

#include <utility>

#include "launch/quote.hpp"

namespace forklift {
namespace {

std::string sentence(const std::string& program, Step step, const std::string& subject, int stage) {
  std::string text = "cannot launch " + launch::quote(program);
  if (stage > 0) text += ", stage " + std::to_string(stage);
  text += ": " + std::string(name(step));
  if (!subject.empty()) text += " " + subject;
  return text;
}

}  // namespace

LaunchError::LaunchError(std::string program, Step step, std::string subject, int error, int stage)
    : std::system_error(error, std::generic_category(), sentence(program, step, subject, stage)),
      step_(step),
      subject_(std::move(subject)),
      program_(std::move(program)),
      stage_(stage) {}

}  // namespace forklift
