// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/warning.hpp"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "output.hpp"

namespace lab {

std::string name(Warning::Kind kind) {
  switch (kind) {
    case Warning::Kind::noisy: return "noisy";
    case Warning::Kind::memory: return "memory";
    case Warning::Kind::descriptors: return "descriptors";
    case Warning::Kind::peer: return "peer";
    case Warning::Kind::interrupted: return "interrupted";
    case Warning::Kind::launches: return "launches";
  }
  return "";
}

void Warnings::add(Warning warning) {
  before_();
  output::say("forklift: warning: {}; {}\n", warning.text, warning.advice);
  all_.push_back(std::move(warning));
}

std::string as_text(const std::vector<Warning>& warnings) {
  std::string text = warnings.empty() ? "" : "\nWarnings\n";
  for (const Warning& warning : warnings) {
    text += fmt::format("  {}: {};\n    {}\n", name(warning.kind), warning.text, warning.advice);
  }
  return text;
}

nlohmann::json as_json(const std::vector<Warning>& warnings) {
  auto all = nlohmann::json::array();
  for (const Warning& warning : warnings) {
    all.push_back(
        {{"kind", name(warning.kind)}, {"text", warning.text}, {"advice", warning.advice}});
  }
  return all;
}

}  // namespace lab
