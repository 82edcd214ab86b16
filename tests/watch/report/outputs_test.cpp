// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "made.hpp"
#include "metrics.hpp"
#include "watch/analysis/analysis.hpp"
#include "watch/report/report.hpp"

using namespace watch;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

double ms(Nanoseconds time) { return std::chrono::duration<double, std::milli>(time).count(); }
double seconds(Nanoseconds time) { return std::chrono::duration<double>(time).count(); }

std::vector<json> events(const json& trace, const std::string& type) {
  std::vector<json> found;
  for (const json& event : trace.at("traceEvents")) {
    if (event.at("ph") == type) found.push_back(event);
  }
  return found;
}

// Whether a moment of a thread lies in a slice of a category there.
bool is_within(const json& moment, const std::vector<json>& slices, const char* category) {
  for (const json& slice : slices) {
    const double begin = slice.at("ts"), length = slice.at("dur"), at = moment.at("ts");
    if (slice.at("cat") == category && slice.at("tid") == moment.at("tid") && at >= begin - 0.001 &&
        at <= begin + length + 0.001) {
      return true;
    }
  }
  return false;
}

double value(const std::vector<metrics::Sample>& samples, const std::string& name) {
  for (const metrics::Sample& sample : samples) {
    if (sample.name == "forklift_watch_" + name) return sample.value;
  }
  FAIL("there is no " << name);
  return 0;
}

}  // namespace

TEST_CASE("the JSON says what the analysis found") {
  const Recording recording = made::kept("fork_four_threads");
  const Analysis analysis = analyze(recording);
  const json document = json::parse(as_json(recording).dump());
  CHECK(document.at("schema") == "forklift-watch");
  CHECK(document.at("version") == 1);
  CHECK(document.at("backend") == "tracing");
  CHECK(document.at("calls").at("calls") == 14);
  CHECK(document.at("kinds").at(0).at("kind") == "clone (copying)");
  CHECK(document.at("kinds").at(0).at("time").at("p50_ms") ==
        doctest::Approx(ms(analysis.all.time.p50)));
  CHECK(document.at("victims").at("all").at("events") == 56);
  CHECK(document.at("blocked").at("by_copying_calls_ms") ==
        doctest::Approx(ms(analysis.explained)));
  CHECK(document.at("verdicts").at(0).at("id") == "copying_call_stalls");
  CHECK(document.at("verdicts").at(0).at("confidence") == "high");
  CHECK_FALSE(document.at("verdicts").at(0).at("advice").empty());
  CHECK(document.at("children").at(0).at("program") == "/usr/bin/convert");
  CHECK(document.at("sources").at(0).at("exact") == true);
  CHECK(document.at("fork_lock").is_null());
}

TEST_CASE("in a trace each victim has a slice, and an arrow to it from the call") {
  const json trace = json::parse(as_trace(made::kept("fork_four_threads")));
  const auto slices = events(trace, "X");
  CHECK(slices.size() == 14 + 56);
  std::map<int, json> starts;
  for (const json& start : events(trace, "s")) {
    CHECK(starts.emplace(start.at("id"), start).second);
    CHECK(is_within(start, slices, "call"));
  }
  std::set<int> finished;
  for (const json& finish : events(trace, "f")) {
    REQUIRE(starts.contains(finish.at("id")));
    CHECK(finished.insert(finish.at("id").get<int>()).second);
    CHECK(is_within(finish, slices, "blocked"));
    CHECK(finish.at("bp") == "e");
    CHECK(finish.at("ts") >= starts[finish.at("id")].at("ts"));
    CHECK(finish.at("tid") != starts[finish.at("id")].at("tid"));
  }
  CHECK(finished.size() == 56);
  CHECK(starts.size() == 56);
}

TEST_CASE("in a trace what merely waited has a slice, but no arrow") {
  const json trace = json::parse(as_trace(made::kept("go_fork_lock")));
  CHECK(events(trace, "X").size() == 77 + 3 * 77);
  CHECK(events(trace, "s").size() == 2 * 77);
}

TEST_CASE("a trace names its threads, counts faults, and has no moment before its beginning") {
  Recording recording = made::kept("posix_spawn");
  recording.calls.front().begin = recording.header.begin - 5ms;  // cut
  const json trace = json::parse(as_trace(recording));
  CHECK(events(trace, "M").size() == 2);
  CHECK(events(trace, "C").size() == recording.samples.size() - 1);
  CHECK(events(trace, "i").size() == 23);
  CHECK(events(trace, "i").at(0).at("name") == "child 5001 executes /usr/bin/convert");
  for (const json& event : trace.at("traceEvents")) {
    CHECK(event.at("pid") == 4711);
    if (event.contains("ts")) CHECK(event.at("ts") >= 0);
  }
}

TEST_CASE("folded stacks sum up to the time for which others were blocked") {
  for (const char* const story : {"fork_four_threads", "go_fork_lock", "swap"}) {
    CAPTURE(story);
    const Recording recording = made::kept(story);
    std::istringstream lines(as_folded(recording));
    double microseconds = 0;
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
      const auto blank = line.rfind(' ');
      CHECK(line.substr(0, blank).ends_with(";clone (copying)"));
      microseconds += std::stod(line.substr(blank + 1));
    }
    CHECK(microseconds == doctest::Approx(1000 * ms(analyze(recording).explained)).epsilon(1e-5));
    CHECK(count == 1);
  }
  CHECK(as_folded(made::kept("posix_spawn")).empty());
}

TEST_CASE("a folded stack begins with its root, and no name breaks it") {
  Recording recording = made::quiet();
  made::add_call(recording, made::copying, 30ms).stack = {"fork", "a;b\nc", "main"};
  made::add_victim(recording, 4712, 1500us);
  CHECK(as_folded(recording) == "main;a:b c;fork;clone (copying) 1500\n");
  recording.calls.front().stack.clear();
  CHECK(as_folded(recording) == "(no stack);clone (copying) 1500\n");
}

TEST_CASE("metrics can be read, and say what the analysis found") {
  for (const char* const story : {"fork_four_threads", "copy_on_write_storm", "nothing", "swap"}) {
    CAPTURE(story);
    const Recording recording = made::kept(story);
    const Analysis analysis = analyze(recording);
    const auto samples = metrics::parse(as_openmetrics(recording));
    CHECK(value(samples, "watched_seconds") == doctest::Approx(10));
    CHECK(value(samples, "victim_seconds_total") == doctest::Approx(seconds(analysis.explained)));
    CHECK(value(samples, "victim_waits_total") == static_cast<double>(analysis.victims.all.events));
    for (const metrics::Sample& sample : samples) {
      CHECK(sample.labels.at("pid") == "4711");
      CHECK(sample.labels.at("backend") == "tracing");
    }
  }
}

TEST_CASE("buckets of a metric grow up to the count") {
  const auto samples = metrics::parse(as_openmetrics(made::kept("posix_spawn")));
  double last = 0, infinite = 0;
  for (const metrics::Sample& sample : samples) {
    if (sample.name != "forklift_watch_call_seconds_bucket") continue;
    CHECK(sample.value >= last);
    last = sample.value;
    if (sample.labels.at("le") == "+Inf") infinite = sample.value;
  }
  CHECK(infinite == 23);
  CHECK(value(samples, "call_seconds_count") == 23);
}

TEST_CASE("a caller's stall is in every form, and missing where it was not seen") {
  Recording recording = made::quiet();
  made::add_call(recording, made::copying, 2ms).until_ran = 5ms;
  CHECK(value(metrics::parse(as_openmetrics(recording)), "caller_stall_seconds_sum") ==
        doctest::Approx(0.005));
  CHECK(made::says(as_trace(recording), "waits to run again"));
  CHECK(as_json(recording)["calls"]["until_ran"]["max_ms"] == 5);
  recording.calls.front().until_ran.reset();
  CHECK_FALSE(made::says(as_openmetrics(recording), "caller_stall"));
  CHECK_FALSE(made::says(as_trace(recording), "waits to run again"));
  CHECK(as_json(recording)["calls"]["until_ran"].is_null());
}

TEST_CASE("a label holds any name") {
  Recording recording = made::quiet();
  recording.header.target.name = "a\"b\\c\nd";
  const auto samples = metrics::parse(as_openmetrics(recording));
  CHECK(samples.front().labels.at("name") == "a\\\"b\\\\c\\nd");
}
