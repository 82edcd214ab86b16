// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <forklift/error.hpp>

#include <utility>

#include "launch/quote.hpp"

namespace forklift {
namespace {

std::string sentence(const std::string& program, Step step, const std::string& subject) {
  std::string text = "cannot launch " + launch::quote(program) + ": " + std::string(name(step));
  if (!subject.empty()) text += " " + subject;
  return text;
}

}  // namespace

LaunchError::LaunchError(const std::string& program, Step step, std::string subject, int error)
    : std::system_error(error, std::generic_category(), sentence(program, step, subject)),
      step_(step),
      subject_(std::move(subject)) {}

}  // namespace forklift
