// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "made.hpp"
#include "refusal.hpp"
#include "watch/analysis/analysis.hpp"

using namespace watch;

namespace {

using Ids = std::vector<std::string>;

Ids ids(const char* name) {
  Ids found;
  for (const Verdict& verdict : made::judge(made::kept(name))) found.push_back(verdict.id);
  return found;
}

}  // namespace

TEST_CASE("each kept recording gets the verdicts of its story, and no other") {
  CHECK(ids("fork_four_threads") ==
        Ids{"copying_call_stalls", "runtime_frozen", "teardown_in_exec"});
  CHECK(ids("copy_on_write_storm") ==
        Ids{"copying_call_stalls", "copy_on_write_storm", "runtime_frozen", "teardown_in_exec"});
  CHECK(ids("posix_spawn") == Ids{"not_fork"});
  CHECK(ids("vfork_slow_child") == Ids{"slow_child_holds_vfork"});
  CHECK(ids("go_fork_lock") == Ids{"fork_lock_queue", "copying_call_stalls"});
  CHECK(ids("not_fork") == Ids{"not_fork"});
  CHECK(ids("swap") == Ids{"copying_call_stalls", "swap"});
  CHECK(ids("nothing") == Ids{"no_calls"});
  CHECK(ids("missed") == Ids{"missed", "no_calls"});
  CHECK(ids("perf_backend") ==
        Ids{"copying_call_stalls", "runtime_frozen", "teardown_in_exec", "missed"});
}

TEST_CASE("four threads and fourteen copying calls are fifty-six victims") {
  const Analysis analysis = analyze(made::kept("fork_four_threads"));
  CHECK(analysis.copying.calls == 14);
  CHECK(analysis.victims.all.events == 56);
  CHECK(analysis.victims.all.threads == 4);
  CHECK(analysis.victims.per_call == doctest::Approx(4));
  CHECK(analysis.frozen_calls == 14);
}

TEST_CASE("twenty-three launches by posix_spawn are counted as such, with no victim") {
  const Analysis analysis = analyze(made::kept("posix_spawn"));
  CHECK(analysis.all.calls == 23);
  CHECK(analysis.copying.calls == 0);
  CHECK(analysis.victims.all.events == 0);
}

TEST_CASE("recordings that are cut short or newer are refused") {
  CHECK_THROWS_AS(made::kept("cut_short"), Refusal);
  CHECK_THROWS_AS(made::kept("newer_schema"), Refusal);
}
