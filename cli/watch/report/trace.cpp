// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// Chrome's trace event format, as Perfetto reads it: times are microseconds, X is
// a slice, s and f are the ends of an arrow, C a counter, i a moment, M a name.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "watch/analysis/analysis.hpp"
#include "recording/clone_flags.hpp"
#include "watch/report/report.hpp"

namespace watch {
namespace {

using Json = nlohmann::ordered_json;

double us(Nanoseconds time) { return static_cast<double>(time.count()) / 1e3; }

// The earliest moment, so that no time is negative.
Nanoseconds zero(const Recording& recording) {
  Nanoseconds first = recording.header.begin;
  for (const Call& call : recording.calls) first = std::min(first, call.begin);
  for (const Wait& wait : recording.waits) first = std::min(first, wait.begin);
  for (const Exec& exec : recording.execs) first = std::min(first, exec.at);
  for (const Sample& sample : recording.samples) first = std::min(first, sample.at);
  return first;
}

class Trace {
 public:
  explicit Trace(const Recording& recording)
      : recording_(recording), index_(recording), zero_(zero(recording)) {}

  std::string make() {
    put_names();
    for (const Call& call : recording_.calls) put(call);
    for (const Wait& wait : recording_.waits) put(wait);
    for (const Exec& exec : recording_.execs) put(exec);
    put_faults();
    const Json document{{"displayTimeUnit", "ms"}, {"traceEvents", events_}};
    return document.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  }

 private:
  Json& add(const char* type, const std::string& name, pid_t thread) {
    events_.push_back(
        {{"ph", type}, {"name", name}, {"pid", recording_.header.target.pid}, {"tid", thread}});
    return events_.back();
  }

  Json& add_at(const char* type, const std::string& name, pid_t thread, Nanoseconds at) {
    Json& event = add(type, name, thread);
    event["ts"] = us(at - zero_);
    return event;
  }

  void put_names() {
    const process::Process& target = recording_.header.target;
    add("M", "process_name", target.pid)["args"] = {{"name", target.name}};
    std::map<pid_t, std::string> names;
    for (const Call& call : recording_.calls) names[call.thread] = call.thread_name;
    for (const Wait& wait : recording_.waits) names[wait.thread] = wait.thread_name;
    for (const auto& [thread, name] : names) {
      add("M", "thread_name", thread)["args"] = {{"name", name}};
    }
  }

  void put(const Call& call) {
    Json& event = add_at("X", kind(call), call.thread, call.begin);
    event["cat"] = "call";
    event["dur"] = us(call.duration);
    Json arguments{{"number", call.number}, {"child", call.child}, {"errno", call.error}};
    if (call.flags) arguments["flags"] = flag_names(*call.flags);
    if (call.size) arguments["page_tables_bytes"] = call.size->page_tables;
    if (call.until_ran) arguments["until_ran_us"] = us(*call.until_ran);
    arguments["stack"] = call.stack;
    event["args"] = std::move(arguments);
    if (stall(call) > call.duration) put_way_back(call);
  }

  // Follows the call's slice: both together are the caller's stall.
  void put_way_back(const Call& call) {
    Json& event = add_at("X", "waits to run again", call.thread, call.begin + call.duration);
    event["cat"] = "way_back";
    event["dur"] = us(stall(call) - call.duration);
    event["args"] = {{"number", call.number}};
  }

  void put(const Wait& wait) {
    const Call* const call = index_.find(wait.call);
    const bool is_caused = is_victim(wait, call);
    Json& event =
        add_at("X", is_caused ? "blocked by " + kind(*call) : "waits: " + name(wait.reason),
               wait.thread, wait.begin);
    event["cat"] = is_caused ? "blocked" : "waits";
    event["dur"] = us(wait.duration);
    event["args"] = {{"reason", name(wait.reason)}, {"call", wait.call}, {"stack", wait.stack}};
    if (is_caused) put_arrow(*call, wait);
  }

  // An arrow begins within the slice of its cause and never goes back in time.
  void put_arrow(const Call& call, const Wait& wait) {
    const Nanoseconds end = call.begin + call.duration;
    const Nanoseconds from = std::clamp(wait.begin, call.begin, std::max(call.begin, end));
    const std::uint64_t id = ++arrows_;
    Json& start = add_at("s", "blocks", call.thread, from);
    start["cat"] = "blocks";
    start["id"] = id;
    Json& finish = add_at("f", "blocks", wait.thread, std::max(from, wait.begin));
    finish["cat"] = "blocks";
    finish["id"] = id;
    finish["bp"] = "e";  // bound to the slice around it, not to the next one
  }

  void put(const Exec& exec) {
    const Call* const call = index_.find(exec.call);
    const std::string what = exec.done ? "executes " + exec.program : "ends without exec";
    Json& event = add_at("i", "child " + std::to_string(exec.child) + " " + what,
                         call ? call->thread : recording_.header.target.pid, exec.at);
    event["cat"] = "child";
    event["s"] = "t";
    event["args"] = {{"since_call_ms", us(exec.since_call) / 1e3}};
    if (exec.in_exec) event["args"]["in_exec_ms"] = us(*exec.in_exec) / 1e3;
  }

  void put_faults() {
    const auto& samples = recording_.samples;
    for (std::size_t i = 1; i < samples.size(); ++i) {
      const double seconds = us(samples[i].at - samples[i - 1].at) / 1e6;
      if (seconds <= 0) continue;
      const auto pace = [&](std::uint64_t from, std::uint64_t to) {
        return to > from ? static_cast<double>(to - from) / seconds : 0;
      };
      Json figures{{"all", pace(samples[i - 1].faults, samples[i].faults)}};
      if (samples[i - 1].copy_faults && samples[i].copy_faults) {
        figures["copy-on-write"] = pace(*samples[i - 1].copy_faults, *samples[i].copy_faults);
      }
      add_at("C", "page faults per second", recording_.header.target.pid,
             samples[i - 1].at)["args"] = std::move(figures);
    }
  }

  const Recording& recording_;
  const CallIndex index_;
  const Nanoseconds zero_;
  std::uint64_t arrows_ = 0;
  Json events_ = Json::array();
};

}  // namespace

std::string as_trace(const Recording& recording) { return Trace(recording).make(); }

}  // namespace watch
