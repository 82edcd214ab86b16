// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "plan/environment.hpp"

#include <map>
#include <string_view>

namespace forklift::launch {
namespace {

std::string_view key_of(std::string_view entry) { return entry.substr(0, entry.find('=')); }

}  // namespace

Environment::Environment(const LaunchSpec& spec, const CallersEnvironment& callers) {
  std::map<std::string_view, const std::string*> changes;
  for (const auto& change : spec.environment) {
    changes[change.key] = change.value ? &*change.value : nullptr;
  }
  const std::vector<std::string> nothing;
  const auto& start =
      spec.environment_start && !spec.clear_environment ? *spec.environment_start : nothing;
  own_.reserve(start.size() + changes.size());  // `merged_` points into it
  for (const std::string& entry : start) {
    if (changes.contains(key_of(entry))) continue;
    own_.push_back(entry);
    merged_.push_back(own_.back().c_str());
  }
  for (const char* const* entry = callers.entries(); entry && *entry; ++entry) {
    if (!changes.contains(key_of(*entry))) merged_.push_back(*entry);
  }
  for (const auto& [key, value] : changes) {
    if (!value) continue;
    own_.push_back(std::string(key) + "=" + *value);
    merged_.push_back(own_.back().c_str());
  }
  merged_.push_back(nullptr);
}

const char* Environment::own(const std::string& key) const noexcept {
  for (const std::string& entry : own_) {
    if (entry.size() > key.size() && key_of(entry) == key) return entry.c_str() + key.size() + 1;
  }
  return nullptr;
}

}  // namespace forklift::launch
