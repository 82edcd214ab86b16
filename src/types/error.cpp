// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <forklift/error.hpp>

#include <utility>

#include "types/quote.hpp"

namespace forklift {
namespace {

// The maximum length of a path, with some words: longer lists help no more.
constexpr std::size_t longest_subject = 4352;

std::string shortened(std::string text) {
  if (text.size() <= longest_subject) return text;
  const std::size_t left_out = text.size() - longest_subject;
  text.resize(longest_subject);
  return text + "... (" + std::to_string(left_out) + " bytes more)";
}

std::string sentence(const std::string& program, Step step, const std::string& subject, int stage) {
  std::string text = "cannot launch " + launch::quote(program);
  if (stage > 0) text += ", stage " + std::to_string(stage);
  text += ": " + std::string(name(step));
  if (!subject.empty()) text += " " + subject;
  return text;
}

}  // namespace

LaunchError::LaunchError(std::string program, Step step, std::string subject, int error, int stage)
    : std::system_error(error, std::generic_category(),
                        sentence(shortened(program), step, shortened(subject), stage)),
      step_(step),
      subject_(shortened(std::move(subject))),
      program_(std::move(program)),
      stage_(stage) {}

}  // namespace forklift
