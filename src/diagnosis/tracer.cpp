// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <forklift/tracer.hpp>

#include <atomic>
#include <new>

#include "launch/in_flight.hpp"
#include "launch/observer.hpp"
#include "plan/explain.hpp"

namespace forklift {

/// One launch, as reported to its tracer.
class TracedLaunch final : public launch::LaunchObserver {
 public:
  TracedLaunch(Tracer& tracer, const std::string& program,
               const launch::CompiledPlan* plan) noexcept;
  void handed_over(const launch::InFlight& record) noexcept override;
  void arrived() noexcept override {}
  void ended(const LaunchError* error) noexcept override;

 private:
  static std::chrono::nanoseconds now() noexcept {
    return std::chrono::steady_clock::now().time_since_epoch();
  }

  Tracer& tracer_;
  launch::CompiledPlanRef plan_;  // a failed launch releases its own
  LaunchTrace trace_;
  std::chrono::nanoseconds begin_{0};
};

namespace {

std::atomic<Tracer*> current{nullptr};
std::atomic<std::uint64_t> last_id{0};

std::unique_ptr<launch::LaunchObserver> observe(const std::string& program,
                                                const launch::CompiledPlan* plan) noexcept {
  Tracer* const tracer = current.load(std::memory_order_acquire);
  if (!tracer) return nullptr;
  return std::unique_ptr<launch::LaunchObserver>(new (std::nothrow)
                                                     TracedLaunch(*tracer, program, plan));
}

}  // namespace

Tracer::~Tracer() = default;

Tracer* set_tracer(Tracer* tracer) noexcept {
  Tracer* const before = current.exchange(tracer, std::memory_order_acq_rel);
  launch::install(launch::Watcher::tracer, &observe);
  return before;
}

Engine LaunchTrace::engine() const noexcept { return compiled_ ? compiled_->engine : Engine::fork; }

std::string LaunchTrace::plan() const {
  return compiled_ ? launch::explain(*compiled_) : std::string();
}

TracedLaunch::TracedLaunch(Tracer& tracer, const std::string& program,
                           const launch::CompiledPlan* plan) noexcept
    : tracer_(tracer) {
  trace_.id = last_id.fetch_add(1, std::memory_order_relaxed) + 1;
  trace_.program = program;
  trace_.compiled_ = plan;
  if (plan) plan_ = launch::CompiledPlanRef::share(*plan);
  tracer_.before(trace_);
  begin_ = now();
}

// The command that had this name may be gone before the launch ends.
void TracedLaunch::handed_over(const launch::InFlight& record) noexcept {
  trace_.program = plan_->program;
  trace_.pid = record.pid;
  trace_.hold = now() - begin_;
}

void TracedLaunch::ended(const LaunchError* error) noexcept {
  trace_.error = error;
  trace_.launch = now() - begin_;
  if (trace_.pid < 0) trace_.hold = trace_.launch;
  tracer_.after(trace_);
}

}  // namespace forklift
