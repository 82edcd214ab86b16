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

Engine LaunchTrace::engine() const noexcept { return prepared_ ? prepared_->engine : Engine::fork; }

std::string LaunchTrace::plan() const {
  return prepared_ ? launch::explain(*prepared_) : std::string();
}

TracedLaunch::TracedLaunch(const std::string& program, const launch::Prepared* prepared) noexcept
    : tracer_(current.load(std::memory_order_acquire)) {
  if (Lookout* const lookout = Lookout::on_duty()) {
    sighting_ = lookout->begin(program, prepared ? prepared->engine : Engine::fork);
  }
  if (!tracer_) return;
  trace_.id = last_id.fetch_add(1, std::memory_order_relaxed) + 1;
  trace_.program = program;
  trace_.prepared_ = prepared;
  if (prepared) plan_ = launch::PreparedRef::share(*prepared);
  tracer_->before(trace_);
  begin_ = now();
}

TracedLaunch::~TracedLaunch() {
  if (sighting_) Lookout::end(sighting_, true);
}

void TracedLaunch::hand_over(launch::InFlight& record) noexcept {
  record.trace = {.sighting = sighting_};
  if (sighting_) Lookout::hand_over(*std::exchange(sighting_, nullptr), record);
  if (!tracer_) return;
  record.trace.tracer = tracer_;
  record.trace.id = trace_.id;
  record.trace.begin = begin_;
  record.trace.hold = now() - begin_;
}

void TracedLaunch::failed(const LaunchError& error) noexcept {
  if (sighting_) Lookout::end(std::exchange(sighting_, nullptr), true);
  if (!tracer_) return;
  trace_.error = &error;
  trace_.hold = trace_.launch = now() - begin_;
  tracer_->after(trace_);
}

void TracedLaunch::arrived(const launch::InFlight& record) noexcept {
  if (record.trace.sighting) Lookout::arrived(*record.trace.sighting);
}

void TracedLaunch::end(const launch::InFlight& record, const LaunchError* error) noexcept {
  const auto& known = record.trace;
  if (known.sighting) Lookout::end(known.sighting, error != nullptr);
  if (!known.tracer) return;
  LaunchTrace trace;
  trace.id = known.id;
  trace.program = record.plan->program;
  trace.prepared_ = &*record.plan;
  trace.pid = record.pid;
  trace.error = error;
  trace.hold = known.hold;
  trace.launch = now() - known.begin;
  known.tracer->after(trace);
}

}  // namespace forklift
