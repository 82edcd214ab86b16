// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The backend with hooks in the kernel. It connects the session (hooks and
// their records), the translator (records to events) and the unwinder (stacks
// to names), and adds the counters as a sample every 100 ms. Copy faults
// without any call reveal a call that ended before the hooks were attached.

#include "watch/observer.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "watch/stack_copy.hpp"
#include "watch/tracing/descriptors.hpp"
#include "watch/tracing/pid_namespace.hpp"
#include "watch/tracing/session.hpp"
#include "watch/tracing/sources.hpp"
#include "watch/tracing/translator.hpp"

namespace watch {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds between_ticks(100);

Nanoseconds now() {
  return std::chrono::duration_cast<Nanoseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
}

class TracingObserver final : public Observer {
 public:
  TracingObserver(const ObserverOptions& options, Recording& recording)
      : session_(recording.header.target.pid, options),
        descriptors_(recording.header.target.pid),
        begin_(now()),
        timer_([this] { return session_.cost(); }, begin_) {
    if (options.stacks) read_names(recording);
    tracing::View view;
    if (unwinder_) view.names = [this](const StackCopy& copy) { return unwinder_->names(copy); };
    view.descriptors = [this] { return descriptors_.count(); };
    view.forget = [this] {
      if (unwinder_) unwinder_->forget();
    };
    translator_.emplace(std::move(view));
  }

  void collect(Recording& recording, milliseconds patience) override {
    const auto until_tick = std::chrono::ceil<milliseconds>(last_tick_ + between_ticks - now());
    poll(recording, std::clamp(until_tick, milliseconds(0), patience));
    if (now() >= last_tick_ + between_ticks) sample(recording);
  }

  void conclude(Recording& recording) override {
    poll(recording, milliseconds(0));
    const auto end = now();
    for (const auto& [thread, state] : session_.threads()) {
      if (state.call.id != 0) translator_->take_unended(thread, state.call, end, recording);
    }
    translator_->conclude(recording);
    sample(recording);
    tell_losses(recording);
    const auto cost = timer_.estimate(now());
    recording.footer.hook_time = cost.time;
    recording.footer.hook_runs = cost.runs;
  }

  const tracing::Session& session() const { return session_; }
  Nanoseconds begin() const { return begin_; }

 private:
  void read_names(Recording& recording) {
    try {
      unwinder_.emplace(recording.header.target.pid);
    } catch (const std::runtime_error& error) {
      recording.notices.push_back({Notice::Kind::no_stacks, now(), error.what(), 0});
    }
  }

  void poll(Recording& recording, milliseconds patience) {
    session_.poll(patience,
                  [&](std::span<const std::byte> record) { translator_->take(record, recording); });
  }

  void sample(Recording& recording) {
    const auto counters = session_.counters();
    Sample sample;
    sample.at = last_tick_ = now();
    if (session_.counts_faults()) {
      sample.faults = counters.faults;
      sample.copy_faults = counters.copy_faults;
    } else {
      sample.faults = descriptors_.faults();
    }
    if (session_.takes_samples()) {
      const auto samples = [](std::uint64_t n) {
        return tracing::sample_period * static_cast<Nanoseconds::rep>(n);
      };
      sample.fault_time = samples(counters.fault_samples);
      sample.call_time = samples(counters.call_samples);
    }
    sample.threads_made = counters.threads_made;
    recording.samples.push_back(sample);
    timer_.turn(sample.at);
    look_for_missed_call(sample, recording);
  }

  // Many copy faults right at the start, and no call that could have caused
  // them: the call ended before the hooks were in place.
  void look_for_missed_call(const Sample& sample, Recording& recording) {
    constexpr std::uint64_t storm = 256;
    if (looked_for_missed_ || !sample.copy_faults) return;
    looked_for_missed_ = translator_->saw_copying() || sample.at > begin_ + std::chrono::seconds(1);
    if (looked_for_missed_ || *sample.copy_faults < storm) return;
    looked_for_missed_ = true;
    recording.notices.push_back({Notice::Kind::missed_call, sample.at,
                                 "pages are copied on write, but no call was seen: it was before",
                                 *sample.copy_faults});
  }

  void tell_losses(Recording& recording) {
    const auto lost = session_.counters().lost;
    if (lost > 0)
      recording.notices.push_back(
          {Notice::Kind::lost_events, now(), "the kernel's buffer was full", lost});
    if (translator_->left_out() > 0)
      recording.notices.push_back({Notice::Kind::lost_events, now(), "more than a recording holds",
                                   translator_->left_out()});
  }

  std::optional<Unwinder> unwinder_;
  tracing::Session session_;
  tracing::Descriptors descriptors_;
  std::optional<tracing::Translator> translator_;
  Nanoseconds begin_{};
  tracing::HookTimer timer_;
  Nanoseconds last_tick_{};
  bool looked_for_missed_ = false;
};

// A reason that rules out the whole backend says more than the failed hook.
std::unique_ptr<TracingObserver> attach(const ObserverOptions& options, Recording& recording) {
  try {
    return std::make_unique<TracingObserver>(options, recording);
  } catch (const Unavailable&) {
    if (const auto unavailability = obstacle_to_tracing())
      throw Unavailable(unavailability->reason, unavailability->remedy);
    throw;
  }
}

}  // namespace

std::unique_ptr<Observer> observe_by_tracing(const ObserverOptions& options, Recording& recording) {
  const auto before = now();
  tracing::insist_on_first_pid_namespace();
  auto observer = attach(options, recording);
  auto& header = recording.header;
  header.begin = observer->begin();
  header.attaching = header.begin - before;
  header.backend = Backend::tracing;
  header.detail = options.detail;
  header.sources = tracing::sources(observer->session(), options);
  return observer;
}

}  // namespace watch
