// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <initializer_list>
#include <optional>

#include "advice/advice.hpp"
#include "watch/verdict/verdict.hpp"

/// One function per rule: returns a verdict, or none.
namespace watch::rules {

struct Case {
  const Recording& recording;
  const Analysis& analysis;
};

std::optional<Verdict> copying_call_stalls(const Case& of);
std::optional<Verdict> runtime_frozen(const Case& of);
std::optional<Verdict> copy_on_write_storm(const Case& of);
std::optional<Verdict> teardown_in_exec(const Case& of);
std::optional<Verdict> slow_child_holds_vfork(const Case& of);
std::optional<Verdict> fork_lock_queue(const Case& of);
std::optional<Verdict> call_starved(const Case& of);
std::optional<Verdict> lock_convoy(const Case& of);
std::optional<Verdict> swap(const Case& of);
std::optional<Verdict> restart_loop(const Case& of);
std::optional<Verdict> descriptor_table(const Case& of);
std::optional<Verdict> missed(const Case& of);
std::optional<Verdict> kind_unknown(const Case& of);
std::optional<Verdict> no_calls(const Case& of);
/// No other verdict applies, or they explain hardly any of the blocked time.
std::optional<Verdict> not_fork(const Case& of, bool is_only);

/// High, less for each of: an inexact figure, few calls, missing calls or
/// events.
Confidence confidence(const Recording& recording, std::initializer_list<Figure> figures,
                      std::size_t calls);

/// "≈ " where the figure is sampled or inferred.
std::string mark(const Recording& recording, Figure figure);

std::vector<std::string> advice_for(const Case& of, Problem ill);

double seconds(Nanoseconds time);

}  // namespace watch::rules
