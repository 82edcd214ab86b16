// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/verdict/verdict.hpp"

#include <doctest/doctest.h>

#include "made.hpp"

using namespace watch;
using namespace std::chrono_literals;
using made::add_call, made::add_exec, made::add_ticks, made::add_victim, made::applies, made::quiet;

namespace {

template <class Prepare>
Recording three_calls(std::uint64_t flags, Nanoseconds duration, Prepare prepare) {
  Recording recording = quiet();
  for (int i = 0; i < 3; ++i) prepare(recording, add_call(recording, flags, duration));
  return recording;
}

Recording three_calls(std::uint64_t flags, Nanoseconds duration) {
  return three_calls(flags, duration, [](Recording&, Call&) {});
}

Confidence confidence(const Recording& recording, const std::string& id) {
  const auto verdicts = made::judge(recording);
  const Verdict* const found = made::find(verdicts, id);
  REQUIRE(found);
  return found->confidence;
}

}  // namespace

TEST_CASE("copying calls stall from two milliseconds on, sharing ones never") {
  CHECK(applies(three_calls(made::copying, 2ms), "copying_call_stalls"));
  CHECK_FALSE(applies(three_calls(made::copying, 2ms - 1ns), "copying_call_stalls"));
  CHECK_FALSE(applies(three_calls(made::suspended, 200ms), "copying_call_stalls"));
}

TEST_CASE("a runtime is frozen if every other thread was blocked at once, not if one was spared") {
  const auto blocking = [](int threads, Nanoseconds overlap) {
    return three_calls(made::copying, 20ms, [&](Recording& recording, Call&) {
      for (int i = 1; i <= threads; ++i) add_victim(recording, 4711 + i, overlap);
    });
  };
  CHECK(applies(blocking(4, 19ms), "runtime_frozen"));
  CHECK_FALSE(applies(blocking(3, 19ms), "runtime_frozen"));
  CHECK(applies(blocking(4, 10ms), "runtime_frozen"));
  CHECK_FALSE(applies(blocking(4, 9ms), "runtime_frozen"));
}

TEST_CASE("a storm is one if faults cost more than the calls, and no handful of samples") {
  const auto storm = [](Nanoseconds call, Nanoseconds faults) {
    Recording recording = three_calls(made::copying, call);
    add_ticks(recording, 300'000, faults);
    return applies(recording, "copy_on_write_storm");
  };
  CHECK(storm(20ms, 61ms));
  CHECK_FALSE(storm(20ms, 60ms));
  CHECK(storm(3ms, 50ms));
  CHECK_FALSE(storm(3ms, 49ms));
}

TEST_CASE("teardown is an exec that takes half as long as the copy, of a copied child alone") {
  const auto executing = [](std::uint64_t flags, Nanoseconds call, Nanoseconds in_exec) {
    return applies(three_calls(flags, call,
                               [&](Recording& recording, Call&) {
                                 add_exec(recording, in_exec + 1ms, in_exec);
                               }),
                   "teardown_in_exec");
  };
  CHECK(executing(made::copying, 20ms, 10ms));
  CHECK_FALSE(executing(made::copying, 20ms, 9ms));
  CHECK(executing(made::copying, 6ms, 5ms));
  CHECK_FALSE(executing(made::copying, 6ms, 4ms));
  CHECK_FALSE(executing(made::suspended, 20ms, 19ms));
}

TEST_CASE("a slow child holds vfork if it spends half of ten milliseconds before exec") {
  const auto holding = [](std::uint64_t flags, Nanoseconds call, Nanoseconds before) {
    return applies(
        three_calls(flags, call,
                    [&](Recording& recording, Call&) { add_exec(recording, call, call - before); }),
        "slow_child_holds_vfork");
  };
  CHECK(holding(made::suspended, 10ms, 5ms));
  CHECK_FALSE(holding(made::suspended, 10ms, 4ms));
  CHECK_FALSE(holding(made::suspended, 9ms, 9ms));
  CHECK_FALSE(holding(made::copying, 50ms, 50ms));
}

TEST_CASE("a ForkLock has a queue from three on that wait for a held one") {
  const auto waiting = [](std::size_t readers, std::size_t queued, Nanoseconds held) {
    Recording recording = three_calls(made::suspended, 1ms);
    recording.fork_lock = {{1001s, 100, 50, held, readers, queued}};
    return applies(recording, "fork_lock_queue");
  };
  CHECK(waiting(2, 1, 2ms));
  CHECK_FALSE(waiting(1, 1, 2ms));
  CHECK_FALSE(waiting(2, 1, 1ms));
}

TEST_CASE("calls are starved if they wait for a processor for a third of their time") {
  const auto starved = [](Nanoseconds runnable) {
    return applies(
        three_calls(made::copying, 10ms,
                    [&](Recording&, Call& call) { call.off_cpu = call.runnable = runnable; }),
        "call_starved");
  };
  CHECK(starved(3ms));
  CHECK_FALSE(starved(2'999us));
}

TEST_CASE("a convoy is one if calls wait for the memory lock for a third of their time") {
  const auto convoy = [](Nanoseconds wait) {
    return applies(
        three_calls(made::copying, 10ms, [&](Recording&, Call& call) { call.lock_wait = wait; }),
        "lock_convoy");
  };
  CHECK(convoy(3ms));
  CHECK_FALSE(convoy(2'999us));
}

TEST_CASE("swap is named if it is a part of the memory and the calls are slow") {
  const auto swapped = [](std::uint64_t mebibytes, std::uint64_t resident, Nanoseconds time) {
    return applies(three_calls(made::copying, time,
                               [&](Recording&, Call& call) {
                                 call.size->swapped = mebibytes << 20;
                                 call.size->resident = resident << 20;
                               }),
                   "swap");
  };
  CHECK(swapped(64, 1024, 10ms));
  CHECK_FALSE(swapped(63, 100, 10ms));
  CHECK_FALSE(swapped(64, 2048, 10ms));
  CHECK_FALSE(swapped(64, 1024, 1ms));
}

TEST_CASE("restarts are a loop from three in one call, not if each call has one") {
  const auto restarted = [](std::uint64_t times) {
    return applies(
        three_calls(made::copying, 1ms, [&](Recording&, Call& call) { call.restarts = times; }),
        "restart_loop");
  };
  CHECK(restarted(3));
  CHECK_FALSE(restarted(2));
}

TEST_CASE("the descriptor table is named for a thousand descriptors that are copied and show") {
  const auto copied = [](std::uint64_t flags, std::size_t descriptors, Nanoseconds time) {
    return applies(
        three_calls(flags, time,
                    [&](Recording&, Call& call) { call.size->descriptors = descriptors; }),
        "descriptor_table");
  };
  constexpr std::uint64_t sharing_files = 0x400;
  CHECK(copied(made::suspended, 1000, 500us));
  CHECK_FALSE(copied(made::suspended, 999, 500us));
  CHECK_FALSE(copied(made::suspended, 1000, 499us));
  CHECK_FALSE(copied(made::suspended | sharing_files, 15'000, 1ms));
  CHECK_FALSE(copied(made::copying, 15'000, 1ms));
}

TEST_CASE("a call was missed if the observer says so, or faults come from none") {
  const auto missed = [](std::uint64_t faults) {
    Recording recording = quiet();
    add_ticks(recording, 0, 0ns, faults);
    return applies(recording, "missed");
  };
  CHECK(missed(1000));
  CHECK_FALSE(missed(999));
  Recording told = quiet();
  CHECK_FALSE(applies(told, "missed"));
  told.notices.push_back({Notice::Kind::missed_call, 1000s, "a call was under way", 1});
  CHECK(applies(told, "missed"));
}

TEST_CASE("it is not fork if fork explains less than a twentieth of the blocked time") {
  const auto blocked_by_others = [](Nanoseconds time) {
    Recording recording = three_calls(made::copying, 1ms);  // 3 ms
    add_victim(recording, 4712, time).call = 0;
    return recording;
  };
  CHECK(applies(blocked_by_others(58ms), "not_fork"));
  const Recording little = blocked_by_others(997ms);
  const auto verdicts = made::judge(little);
  CHECK(verdicts.front().id == "not_fork");
  CHECK(verdicts.front().sentence == "Not fork: it explains 0.3 % of the blocked time.");
}

TEST_CASE("that little is explained is also said beside a stall, and before it") {
  Recording recording = three_calls(made::copying, 5ms);
  add_victim(recording, 4712, 284ms).call = 0;  // 15 of 299 ms
  CHECK_FALSE(applies(recording, "not_fork"));
  recording.waits.front().duration = 290ms;
  const auto verdicts = made::judge(recording);
  REQUIRE(verdicts.size() == 2);
  CHECK(verdicts[0].id == "not_fork");
  CHECK(verdicts[1].id == "copying_call_stalls");
}

TEST_CASE("calls that harm nobody are said to be not at fault") {
  const auto verdicts = made::judge(three_calls(made::suspended, 1ms));
  REQUIRE(verdicts.size() == 1);
  CHECK(verdicts[0].id == "not_fork");
  CHECK(made::says(verdicts[0].sentence, "3 calls took 1 ms (median), 1 ms at most"));
}

TEST_CASE("calls that may have copied are not called harmless, unless they were too short for it") {
  const auto unknown = [](Nanoseconds duration) {
    Recording recording = three_calls(made::copying, duration, [](Recording&, Call& call) {
      call.flags.reset();
      call.function.clear();
    });
    recording.header.calibration = Calibration{.fixed = 1ms, .per_megabyte = 2ms};  // 5 ms each
    return recording;
  };
  CHECK(applies(unknown(4ms), "kind_unknown"));
  CHECK_FALSE(applies(unknown(4ms), "not_fork"));
  CHECK_FALSE(applies(unknown(1ms), "kind_unknown"));
  CHECK(applies(unknown(1ms), "not_fork"));
  Recording blocking = unknown(4ms);
  for (int i = 0; i < 3; ++i) add_victim(blocking, 4712, 4ms);
  CHECK_FALSE(applies(blocking, "kind_unknown"));
}

TEST_CASE("a call stalls its caller until that runs again") {
  Recording recording = three_calls(made::copying, 1ms);
  CHECK_FALSE(applies(recording, "copying_call_stalls"));
  for (Call& call : recording.calls) call.until_ran = 3ms;
  const auto verdicts = made::judge(recording);
  const Verdict* const found = made::find(verdicts, "copying_call_stalls");
  REQUIRE(found);
  CHECK(made::says(found->sentence, "3 ms (median)"));
  const Analysis analysis = analyze(recording);
  CHECK(analysis.all.time.max == 1ms);
  REQUIRE(analysis.all.until_ran);
  CHECK(analysis.all.until_ran->total == 9ms);
}

TEST_CASE("that nothing was created is said, unless nothing was watched or one call is there") {
  Recording recording = quiet();
  CHECK(applies(recording, "no_calls"));
  CHECK_FALSE(applies(recording, "not_fork"));
  recording.header.backend = Backend::prediction;
  CHECK(made::judge(recording).empty());
  recording = quiet();
  add_call(recording, made::suspended, 1ms);
  CHECK_FALSE(applies(recording, "no_calls"));
}

TEST_CASE("confidence falls with each doubt: an inferred figure, few calls, events lost") {
  Recording recording = three_calls(made::copying, 20ms);
  CHECK(confidence(recording, "copying_call_stalls") == Confidence::high);
  recording.calls.pop_back();
  CHECK(confidence(recording, "copying_call_stalls") == Confidence::medium);
  recording.notices.push_back({Notice::Kind::lost_events, 1001s, "lost", 5});
  CHECK(confidence(recording, "copying_call_stalls") == Confidence::low);
  recording = three_calls(made::copying, 20ms);
  for (Source& source : recording.header.sources)
    source.exact = source.figure != Figure::memory_lock;
  CHECK(confidence(recording, "copying_call_stalls") == Confidence::medium);
  recording.header.sources.clear();
  CHECK(confidence(recording, "copying_call_stalls") == Confidence::medium);
}

TEST_CASE("verdicts come with the weightiest first") {
  Recording recording = three_calls(made::copying, 20ms);
  add_ticks(recording, 300'000, 2s);
  const auto verdicts = made::judge(recording);
  REQUIRE(verdicts.size() == 2);
  CHECK(verdicts[0].id == "copy_on_write_storm");
  CHECK(verdicts[1].id == "copying_call_stalls");
}
