// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "plan/callers_environment.hpp"

#include <string.h>

#include <utility>

namespace forklift::launch {

void CallersEnvironment::keep() {
  if (seen_entries_) {
    const char* const* end = seen_entries_;
    while (*end) ++end;
    kept_entries_.assign(seen_entries_, end + 1);
    seen_entries_ = nullptr;
  }
  if (seen_path_) kept_path_ = std::exchange(seen_path_, nullptr);
}

const char* const* CallersEnvironment::entries() const noexcept {
  return kept_entries_.empty() ? seen_entries_ : kept_entries_.data();
}

const char* CallersEnvironment::path() const noexcept {
  return kept_path_ ? kept_path_->c_str() : seen_path_;
}

bool CallersEnvironment::operator==(const CallersEnvironment& other) const noexcept {
  const char *const here = path(), *const there = other.path();
  if (here && there ? ::strcmp(here, there) != 0 : here != there) return false;
  const char *const *mine = entries(), *const *others = other.entries();
  if (!mine || !others) return mine == others;
  while (*mine && *mine == *others) ++mine, ++others;
  return *mine == *others;
}

}  // namespace forklift::launch
