// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "plan/compiled_plan.hpp"

namespace forklift::launch {
std::string name_of(const Source& source) {
  switch (source.kind) {
    case Source::Kind::borrowed: return "descriptor " + std::to_string(source.descriptor);
    case Source::Kind::terminal: return "terminal";
    case Source::Kind::report: return "report pipe";
    case Source::Kind::second_stage: return "second stage";
    case Source::Kind::cgroup: return "cgroup";
    default: return "pipe of " + std::to_string(source.target);
  }
}

CompiledPlanRef CompiledPlanRef::share(const CompiledPlan& compiled) noexcept {
  const_cast<std::atomic<int>&>(compiled.references).fetch_add(1, std::memory_order_relaxed);
  return CompiledPlanRef(&compiled);
}

CompiledPlanRef::~CompiledPlanRef() {
  if (!compiled_) return;
  auto& references = const_cast<std::atomic<int>&>(compiled_->references);
  if (references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete compiled_;
}

}  // namespace forklift::launch
