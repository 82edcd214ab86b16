// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/analysis/analysis.hpp"

#include <doctest/doctest.h>

#include "made.hpp"
#include "recording/clone_flags.hpp"
#include "recording/wording.hpp"

using namespace watch;
using namespace std::chrono_literals;

TEST_CASE("the median and the 99th of a hundred times are the 50th or 51st and the 99th") {
  std::vector<Nanoseconds> times;
  for (int i = 100; i > 0; --i) times.push_back(i * 1ms);
  const Spread found = spread(times);
  CHECK(found == Spread{100, 51ms, 99ms, 100ms, 5050ms});
  CHECK(spread({}) == Spread{});
  CHECK(sum({Nanoseconds::max(), 1ns}) == Nanoseconds::max());
}

TEST_CASE("a histogram doubles from bin to bin, with none left out between") {
  CHECK(histogram({}).empty());
  CHECK(histogram({0ns}) == std::vector<Bin>{{1us, 1}});
  CHECK(histogram({1us, 1999ns, 2us, 8us}) ==
        std::vector<Bin>{{2us, 2}, {4us, 1}, {8us, 0}, {16us, 1}});
}

TEST_CASE("a victim waits for the memory lock, in another thread, for a copying call") {
  Recording recording = made::quiet();
  made::add_call(recording, made::copying, 30ms);
  made::add_victim(recording, 4712, 29ms);
  made::add_victim(recording, 4711, 29ms);                               // the caller itself
  made::add_victim(recording, 4713, 29ms).reason = Wait::Reason::futex;  // only coincides
  made::add_victim(recording, 4714, 29ms).call = 0;                      // at another time
  made::add_victim(recording, 4714, 29ms).call = 77;                     // of an unknown call
  made::add_call(recording, made::suspended, 1ms);
  made::add_victim(recording, 4715, 1ms);  // a sharing call blocks no thread
  const Analysis analysis = analyze(recording);
  CHECK(analysis.victims.all.events == 1);
  CHECK(analysis.victims.all.time.total == 29ms);
  CHECK(analysis.meanwhile.at(Wait::Reason::futex).events == 1);
  CHECK(analysis.lock_outside.events == 3);
  CHECK(analysis.blocked == 29ms * 4 + 1ms);
}

TEST_CASE("a call is blamed for what of a wait it was under way, no more") {
  Recording recording = made::quiet();
  made::add_call(recording, made::copying, 30ms);
  made::add_victim(recording, 4712, 29ms).duration = 500ms;
  const Analysis analysis = analyze(recording);
  CHECK(analysis.explained == 29ms);
  CHECK(analysis.blocked == 500ms);
}

TEST_CASE("an idle thread's long sleep does not count as blocked time beyond the call") {
  Recording recording = made::quiet();
  made::add_call(recording, made::copying, 30ms);
  Wait& idle = made::add_victim(recording, 4712, 30ms);
  idle.reason = Wait::Reason::futex;
  idle.duration = 9s;
  CHECK(analyze(recording).blocked == 30ms);
}

TEST_CASE("a call whose flags are not known is a copying one if it is fork, or blocked others") {
  Recording recording = made::quiet();
  for (const char* const function : {"fork", "vfork", "clone", "clone"}) {
    Call& call = made::add_call(recording, 0, 5ms);
    call.flags.reset();
    call.function = function;
  }
  made::add_victim(recording, 4712, 4ms);
  const Analysis analysis = analyze(recording);
  CHECK(analysis.all.calls == 4);
  CHECK(analysis.copying.calls == 2);
  CHECK(analysis.victims.all.events == 1);
}

TEST_CASE("calls are put together by kind, and by the place they are made at") {
  Recording recording = made::quiet();
  made::add_call(recording, made::copying, 30ms);
  made::add_victim(recording, 4712, 20ms);
  made::add_call(recording, made::copying, 10ms).stack = {"fork", "other", "main"};
  made::add_call(recording, made::suspended, 1ms).error = EAGAIN;
  const Analysis analysis = analyze(recording);
  REQUIRE(analysis.kinds.size() == 2);
  CHECK(analysis.kinds[0].kind == "clone (copying)");
  CHECK(analysis.kinds[0].time.total == 40ms);
  CHECK(analysis.kinds[0].victims.time.total == 20ms);
  CHECK(analysis.kinds[1].failures == 1);
  REQUIRE(analysis.places.size() == 3);
  CHECK(analysis.places[0].stack == Stack{"fork", "serve", "main"});
  CHECK(analysis.places[0].victims.time.total == 20ms);
}

TEST_CASE("a call that had begun before is counted, but its time is not") {
  Recording recording = made::quiet();
  made::add_call(recording, made::copying, 30ms);
  made::add_call(recording, made::copying, 1ms).cut = true;
  const Group& all = analyze(recording).all;
  CHECK(all.calls == 2);
  CHECK(all.cut == 1);
  CHECK(all.time == Spread{1, 30ms, 30ms, 30ms, 30ms});
}

TEST_CASE("the pace is the time per MiB of page tables of the copying calls") {
  Recording recording = made::quiet();
  made::add_call(recording, made::copying, 30ms);  // 2 MiB
  made::add_call(recording, made::copying, 10ms);  // 2 MiB
  made::add_call(recording, made::suspended, 90ms);
  CHECK(analyze(recording).all.ms_per_mebibyte == doctest::Approx(10));
}

TEST_CASE("faults after the calls are those beyond the pace of before") {
  Recording recording = made::quiet();
  made::add_call(recording, made::copying, 30ms);
  made::add_ticks(recording, 10'000, 0ns, 100);  // 100 in the second before, 9 s after
  const auto after = analyze(recording).after;
  REQUIRE(after);
  CHECK(after->before_per_second == doctest::Approx(100));
  CHECK(after->copy_faults == doctest::Approx(10'000 - 9 * 100));
}

TEST_CASE("without counters of copies nothing is said of what came after") {
  Recording recording = made::quiet();
  recording.samples = {{1000s, 5, {}, {}, {}, 0}, {1010s, 500, {}, {}, {}, 0}};
  CHECK_FALSE(analyze(recording).after);
}

TEST_CASE("the share that fork explains includes the callers' own time") {
  Recording recording = made::quiet();
  made::add_call(recording, made::suspended, 10ms);
  CHECK(analyze(recording).explained_share == doctest::Approx(1));
  made::add_victim(recording, 4712, 30ms).call = 0;
  CHECK(analyze(recording).explained_share == doctest::Approx(0.25));
}

TEST_CASE("flags of clone are said in words, and the rest in digits") {
  CHECK(flag_names(made::copying) == "CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD");
  CHECK(flag_names(made::suspended) == "CLONE_VM|CLONE_VFORK|SIGCHLD");
  CHECK(flag_names(0) == "none");
  CHECK(flag_names(std::uint64_t{1} << 60 | 17) == "0x1000000000000000|SIGCHLD");
  CHECK(flag_names(255) == "signal 255");
}

TEST_CASE("figures have three digits and the unit that fits") {
  CHECK(say(999us) == "999 us");
  CHECK(say(999'600ns) == "1 ms");
  CHECK(say(999'600us) == "1 s");
  CHECK(say(12'345ms) == "12.3 s");
  CHECK(say(12'345s) == "12,345 s");
  CHECK(say(-30ms) == "-30 ms");
  CHECK(print_size(0) == "0 MiB");
  CHECK(print_size(2'202'010) == "2.1 MiB");
  CHECK(print_size(std::uint64_t{3} << 40) == "3 TiB");
  CHECK(print_count(0.5) == "0.5");
  CHECK(print_count(12'345) == "12,345");
  CHECK(print_count(989'000) == "989,000");
  CHECK(print_count(1'030'000) == "1.03 million");
  CHECK(say_share(0.003) == "0.3 %");
  CHECK(say_share(0.0003) == "less than 0.1 %");
  CHECK(say_share(0) == "0 %");
  CHECK(say_share(0.75) == "75 %");
  CHECK(say_several(1, "call") == "1 call");
  CHECK(shorten("≈≈≈≈≈", 4) == "≈≈..");
  CHECK(say(Stack{"a", "b", "c"}, 9) == "a < b < c");
  CHECK(say(Stack{"aaaa", "bbbb", "c"}, 11) == "aaaa < ..");
}
