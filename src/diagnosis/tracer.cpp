// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <forklift/tracer.hpp>

#include <atomic>
#include <utility>

#include "plan/explain.hpp"
#include "diagnosis/traced_launch.hpp"

namespace forklift {
namespace {

std::atomic<Tracer*> current{nullptr};
std::atomic<std::uint64_t> last_id{0};

}  // namespace

Tracer::~Tracer() = default;

Tracer* set_tracer(Tracer* tracer) noexcept {
  return current.exchange(tracer, std::memory_order_acq_rel);
}

Engine LaunchTrace::engine() const noexcept { return compiled_ ? compiled_->engine : Engine::fork; }

std::string LaunchTrace::plan() const {
  return compiled_ ? launch::explain(*compiled_) : std::string();
}

TracedLaunch::TracedLaunch(const std::string& program,
                           const launch::CompiledPlan* compiled) noexcept
    : tracer_(current.load(std::memory_order_acquire)) {
  if (LaunchRegistry* const registry = LaunchRegistry::active()) {
    entry_ = registry->begin(program, compiled ? compiled->engine : Engine::fork);
  }
  if (!tracer_) return;
  trace_.id = last_id.fetch_add(1, std::memory_order_relaxed) + 1;
  trace_.program = program;
  trace_.compiled_ = compiled;
  if (compiled) plan_ = launch::CompiledPlanRef::share(*compiled);
  tracer_->before(trace_);
  begin_ = now();
}

TracedLaunch::~TracedLaunch() {
  if (entry_) LaunchRegistry::end(entry_, true);
}

void TracedLaunch::hand_over(launch::InFlight& record) noexcept {
  record.trace = {.entry = entry_};
  if (entry_) LaunchRegistry::hand_over(*std::exchange(entry_, nullptr), record);
  if (!tracer_) return;
  record.trace.tracer = tracer_;
  record.trace.id = trace_.id;
  record.trace.begin = begin_;
  record.trace.hold = now() - begin_;
}

void TracedLaunch::failed(const LaunchError& error) noexcept {
  if (entry_) LaunchRegistry::end(std::exchange(entry_, nullptr), true);
  if (!tracer_) return;
  trace_.error = &error;
  trace_.hold = trace_.launch = now() - begin_;
  tracer_->after(trace_);
}

void TracedLaunch::arrived(const launch::InFlight& record) noexcept {
  if (record.trace.entry) LaunchRegistry::arrived(*record.trace.entry);
}

void TracedLaunch::end(const launch::InFlight& record, const LaunchError* error) noexcept {
  const auto& known = record.trace;
  if (known.entry) LaunchRegistry::end(known.entry, error != nullptr);
  if (!known.tracer) return;
  LaunchTrace trace;
  trace.id = known.id;
  trace.program = record.plan->program;
  trace.compiled_ = &*record.plan;
  trace.pid = record.pid;
  trace.error = error;
  trace.hold = known.hold;
  trace.launch = now() - known.begin;
  known.tracer->after(trace);
}

}  // namespace forklift
