// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// Watches as the process's own user: the kernel's internals stay hidden, but
// each switch, creation, exec and, if the tracepoints' numbers are readable,
// each creating call is seen. Records of several processors are sorted first.
#include "watch/observer.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "watch/perf/events.hpp"
#include "watch/perf/timeline.hpp"
#include "watch/proc/fault_counter.hpp"
#include "watch/proc/clock.hpp"
#include "watch/proc/size.hpp"
#include "watch/proc/tasks.hpp"

namespace watch {
namespace {

using std::chrono::milliseconds;
using namespace perf;

// Records written before that are in the buffers for certain.
constexpr Nanoseconds in_flight = std::chrono::microseconds(200);
constexpr milliseconds between_drains(20);
constexpr milliseconds between_looks_in_call(1);
constexpr Nanoseconds between_looks = milliseconds(50);
constexpr Nanoseconds between_ticks = milliseconds(100);
constexpr std::size_t most_looks_in_call = 64;
constexpr std::size_t most_looks = 16;

class ByPerf final : public Observer, private Witness {
 public:
  ByPerf(const ObserverOptions& options, Recording& recording);
  void collect(Recording& recording, milliseconds patience) override;
  void conclude(Recording& recording) override;

 private:
  std::string thread_name(pid_t thread) override;
  std::string program_of(pid_t pid) override { return watch::program_of(pid); }
  void describe(Call& call, const Record* entered) override;
  void executes_another_program() override;

  void take_records(Recording& recording);
  void look_at_threads(Nanoseconds now);
  void sample(Nanoseconds now, Recording& recording);
  void hook_wanted();

  pid_t pid_;
  Tracepoints tracepoints_;
  Events events_;
  WchanSampler looks_;
  SizeReader size_;
  FaultCounter faults_;
  std::optional<Unwinder> unwinder_;
  std::optional<Timeline> timeline_;
  std::vector<Record> records_;
  std::map<pid_t, std::string> names_;
  std::uint64_t records_taken_ = 0;
  Nanoseconds next_look_{};
  Nanoseconds next_tick_{};
  std::size_t look_at_ = 0;
};

std::vector<Source> sources(bool hooked, bool stacks) {
  const Nanoseconds clock = std::chrono::microseconds(1);
  const Nanoseconds guessed = milliseconds(1);
  const std::string calls =
      hooked ? "system call tracepoints" : "births of children and what surrounds them";
  std::vector<Source> all = {
      {Figure::duration, calls, hooked ? clock : guessed, hooked},
      {Figure::flags, hooked ? calls : "when the child executed and who was stuck", {}, hooked},
      {Figure::memory_lock, "switches that end with a copying call, wchan", guessed, false},
      {Figure::other_waits, "switches, wchan", guessed, false},
      {Figure::faults, "/proc/PID/stat", between_ticks, true},
      {Figure::child, "exec and exit records", clock, true},
      {Figure::size, "/proc/PID/status", milliseconds(20), false},
  };
  if (hooked) all.push_back({Figure::on_cpu, "switch records", clock, true});
  if (stacks) all.push_back({Figure::stacks, "copied stacks", {}, true});
  return all;
}

Notice notice(Notice::Kind kind, std::string text, std::uint64_t count = 1) {
  return {.kind = kind, .at = monotonic_now(), .text = std::move(text), .count = count};
}

ByPerf::ByPerf(const ObserverOptions& options, Recording& recording)
    : pid_(recording.header.target.pid),
      tracepoints_(find_tracepoints()),
      events_({.pid = pid_, .tracepoints = tracepoints_, .stacks = options.stacks}),
      looks_(pid_),
      size_(pid_),
      faults_(pid_) {
  const bool hooked = !tracepoints_.empty();
  if (options.stacks && hooked) unwinder_.emplace(pid_);
  if (!hooked) {
    const std::string remedy = tracepoints_remedy();
    recording.notices.push_back(
        notice(Notice::Kind::other,
               "durations of calls are guessed: the numbers of tracepoints may not be read (" +
                   remedy + ")"));
    if (options.stacks) {
      recording.notices.push_back(notice(Notice::Kind::no_stacks,
                                         "stacks are copied by tracepoints only (" + remedy + ")"));
    }
  }
  size_.count_mappings();
  for (const pid_t thread : events_.attached()) thread_name(thread);
  faults_.begin();
  timeline_.emplace(Timeline::Setting{.pid = pid_,
                                      .calls_hooked = hooked,
                                      .begin = monotonic_now(),
                                      .least_wait = options.least_wait},
                    looks_, static_cast<Witness&>(*this));
  for (const pid_t thread : events_.unhooked()) timeline_->not_hooked(thread);
  if (!events_.unhooked().empty()) {
    recording.notices.push_back(
        notice(Notice::Kind::other,
               "too few descriptors for the calls of all threads: theirs are guessed until each "
               "has made its first child (raise the limit: ulimit -Hn)",
               events_.unhooked().size()));
  }
  recording.header.sources = sources(hooked, unwinder_.has_value());
}

void ByPerf::collect(Recording& recording, milliseconds patience) {
  const auto end = monotonic_now() + patience;
  do {
    const auto now = monotonic_now();
    const auto most = timeline_->copying_under_way() ? between_looks_in_call : between_drains;
    const auto left = std::chrono::duration_cast<milliseconds>(end - now);
    events_.wait(std::clamp(left, milliseconds(0), most));
    take_records(recording);
    look_at_threads(monotonic_now());
    sample(monotonic_now(), recording);
    hook_wanted();
  } while (monotonic_now() < end);
}

void ByPerf::conclude(Recording& recording) {
  const auto now = monotonic_now();
  take_records(recording);
  for (const auto& record : records_) timeline_->take(record, recording);
  records_taken_ += records_.size();
  records_.clear();
  timeline_->settle(now, recording);
  timeline_->conclude(now, recording);
  next_tick_ = now;
  sample(now, recording);
  recording.footer.hook_runs = records_taken_;
}

// Each buffer is sorted. All buffers have delivered the records older than the
// start of this read.
void ByPerf::take_records(Recording& recording) {
  const auto seen_until = monotonic_now() - in_flight;
  events_.drain(records_);
  std::ranges::stable_sort(records_, {}, &Record::at);
  const auto end = std::ranges::upper_bound(records_, seen_until, {}, &Record::at);
  for (auto record = records_.begin(); record != end; ++record) {
    timeline_->take(*record, recording);
    ++records_taken_;
  }
  records_.erase(records_.begin(), end);
  timeline_->settle(seen_until, recording);
}

// In a call it is evidence; at other times it shows which threads are idle.
void ByPerf::look_at_threads(Nanoseconds now) {
  const bool in_call = timeline_->copying_under_way();
  if (!in_call && now < next_look_) return;
  const auto away = timeline_->away(now);
  const std::size_t count = std::min(away.size(), in_call ? most_looks_in_call : most_looks);
  for (std::size_t i = 0; i < count; ++i) {
    looks_.look_at(away[look_at_++ % away.size()].thread);
  }
  next_look_ = now + between_looks;
}

void ByPerf::sample(Nanoseconds now, Recording& recording) {
  if (now < next_tick_) return;
  next_tick_ = now + between_ticks;
  Sample sample;
  sample.at = now;
  sample.faults = faults_.count();
  sample.call_time = timeline_->call_time();
  sample.threads_made = timeline_->threads_made();
  recording.samples.push_back(sample);
  if (!timeline_->copying_under_way()) size_.count_mappings();
}

void ByPerf::hook_wanted() {
  for (const pid_t thread : timeline_->take_wanted_hooks()) {
    events_.hook_calls(thread);
    if (!events_.unhooked().contains(thread)) timeline_->hooked(thread);
  }
}

std::string ByPerf::thread_name(pid_t thread) {
  auto& name = names_[thread];
  if (name.empty()) name = watch::thread_name(pid_, thread);
  return name;
}

void ByPerf::describe(Call& call, const Record* entered) {
  call.size = size_.now();
  if (entered == nullptr || !unwinder_) return;
  call.stack = unwinder_->names({.thread = entered->thread,
                                 .registers = entered->registers,
                                 .bytes = entered->stack,
                                 .return_addresses = {}});
}

void ByPerf::executes_another_program() {
  if (unwinder_) unwinder_->forget();
}

}  // namespace

std::unique_ptr<Observer> observe_by_perf(const ObserverOptions& options, Recording& recording) {
  const auto start = monotonic_now();
  if (const auto unavailability = obstacle_to_perf()) {
    throw Unavailable(unavailability->reason, unavailability->remedy);
  }
  auto observer = std::make_unique<ByPerf>(options, recording);
  recording.header.begin = monotonic_now();
  recording.header.attaching = recording.header.begin - start;
  return observer;
}

}  // namespace watch
