// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "plan/caller_state.hpp"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <string_view>

#include "kernel/ignored_signals.hpp"
#include "kernel/probe.hpp"
#include "plan/resource_limit_steps.hpp"
#include "plan/callers_path.hpp"
#include "plan/identity_steps.hpp"
#include "plan/launch_spec.hpp"
#include "plan/second_stage.hpp"
#include "plan/streams.hpp"

namespace forklift::launch {
namespace {

using kernel::Feature;

// The kernel's reason why an engine does not work, 0 if it does.
int refusal_of(Engine engine, const kernel::Features& features) noexcept {
  if (engine == Engine::fork) return 0;
  if (!features.works(Feature::shared_memory)) return -features[Feature::shared_memory];
  return engine == Engine::shared_table ? -features[Feature::leave_table] : 0;
}

Engine best_engine(const kernel::Features& features) noexcept {
  for (const Engine engine : {Engine::shared_table, Engine::shared_memory}) {
    if (refusal_of(engine, features) == 0) return engine;
  }
  return Engine::fork;
}

enum class Forced { unread, none, unknown, fork, shared_memory, shared_table };

Forced read_forced() {
  const char* const text = ::secure_getenv("FORKLIFT_ENGINE");
  if (!text || !*text) return Forced::none;
  const std::string_view wanted(text);
  if (wanted == name(Engine::fork)) return Forced::fork;
  if (wanted == name(Engine::shared_memory)) return Forced::shared_memory;
  if (wanted == name(Engine::shared_table)) return Forced::shared_table;
  return Forced::unknown;
}

// Read once, and not at all by a program with more rights than its caller
// (secure_getenv(3)). An atomic, not a guarded static: a thread that forks the program
// meanwhile must not leave the other half with a guard that nobody releases.
Forced forced_engine() {
  static std::atomic<Forced> known{Forced::unread};
  Forced forced = known.load(std::memory_order_relaxed);
  if (forced == Forced::unread) known.store(forced = read_forced(), std::memory_order_relaxed);
  return forced;
}

bool needs_mail(const LaunchSpec& spec, Extra extra) {
  if (extra.second_stage || extra.joins_cgroup || extra.pollable || spec.directory_descriptor ||
      spec.pty || spec.sandbox.ruleset || !spec.isolation.joined.empty()) {
    return true;
  }
  for (const auto& [number, stdio] : spec.streams) {
    if (is_brought(number, stdio)) return true;
  }
  return false;
}

// Where descriptors cannot be mailed, a launch that has to hand some over
// copies the table.
Engine engine_for(const LaunchSpec& spec, Engine engine, Extra extra) {
  const bool mute = !kernel::features().works(Feature::mailbox);
  return engine == Engine::shared_table && mute && needs_mail(spec, extra) ? Engine::shared_memory
                                                                           : engine;
}

std::optional<Failure> refuse_lesser(const LaunchSpec& spec, Engine engine) {
  if (!spec.required || engine >= *spec.required) return std::nullopt;
  return Failure{Step::engine,
                 "'" + std::string(name(*spec.required)) + "' (this launch has '" +
                     std::string(name(engine)) + "')",
                 EOPNOTSUPP};
}

// Whether a child changes its identity, or what the kernel keeps with its
// memory: it may do neither on its parent's memory.
bool needs_own_memory(const LaunchSpec& spec) {
  const Identity& identity = spec.identity;
  const bool another = identity.user.index() != 0 || identity.group.index() != 0;
  // The kernel lets no one join these whose memory another process shares.
  const bool joins_alone = std::ranges::any_of(spec.isolation.joined, [](const auto& joined) {
    return joined.second == Namespace::user || joined.second == Namespace::time;
  });
  const bool makes_clock = spec.isolation.made.contains(Namespace::time);  // and joins it
  return another || identity.groups || identity.capabilities || identity.securebits ||
         joins_alone || makes_clock || spec.limits_.oom_score || spec.limits_.huge_pages;
}

// Whether the path of the caller's own program means another once exec comes.
bool loses_own_program(const LaunchSpec& spec) {
  if (!is_own_program(spec.program)) return false;
  const Isolation& around = spec.isolation;
  return needs_own_memory(spec) || around.root || around.new_root || around.mount_proc ||
         std::ranges::any_of(around.joined,
                             [](const auto& joined) { return joined.second == Namespace::mount; });
}

// A child on a copy of our memory needs no second stage.
std::optional<Failure> settle_second_stage(const LaunchSpec& spec, CallerState& now) {
  if (now.engine == Engine::fork || !needs_own_memory(spec)) return std::nullopt;
  const auto program = second_stage_program();
  now.extra.second_stage = program.has_value();
  if (program) return std::nullopt;
  if (!spec.allow_fork) {
    return Failure{Step::second_stage, "a program in memory (memfd_create)", program.error()};
  }
  now.engine = Engine::fork;
  return std::nullopt;
}

// Limits, capabilities and ids of the caller that go into the plan. Most orders
// leave none to it.
std::vector<std::uint64_t> callers_values(const LaunchSpec& spec) {
  std::vector<std::uint64_t> values;
  note_callers_bounds(spec.limits_, values);
  note_callers_sets(spec, values);
  if (spec.isolation.made.contains(Namespace::user) && !spec.isolation.id_maps) {
    values.insert(values.end(), {::geteuid(), ::getegid()});
  }
  if (names_callers_things(spec)) {
    values.insert(values.end(),
                  {static_cast<std::uint64_t>(::getpid()), static_cast<std::uint64_t>(::gettid())});
  }
  return values;
}

}  // namespace

std::expected<Engine, Failure> chosen_engine() {
  const kernel::Features& features = kernel::features();
  if (const int shortage = features.shortage()) {
    return std::unexpected(Failure{Step::engine, "(looking at what the kernel can do)", shortage});
  }
  const Forced forced = forced_engine();
  if (forced == Forced::none) return best_engine(features);
  if (forced == Forced::unknown) {
    const char* const text = ::secure_getenv("FORKLIFT_ENGINE");
    return std::unexpected(
        Failure{Step::engine, std::string("FORKLIFT_ENGINE='") + (text ? text : "") + "'", EINVAL});
  }
  const auto engine =
      static_cast<Engine>(static_cast<int>(forced) - static_cast<int>(Forced::fork));
  if (const int error = refusal_of(engine, features)) {
    return std::unexpected(
        Failure{Step::engine, "FORKLIFT_ENGINE='" + std::string(name(engine)) + "'", error});
  }
  return engine;
}

std::expected<CallerState, Failure> capture_caller_state(const LaunchSpec& spec) {
  const auto engine = chosen_engine();
  if (!engine) return std::unexpected(engine.error());
  CallerState now;
  now.engine = *engine;
  now.extra.own_program = loses_own_program(spec);
  now.extra.joins_cgroup = spec.cgroup && !kernel::features().works(Feature::into_cgroup);
  if (auto failure = settle_second_stage(spec, now)) return std::unexpected(std::move(*failure));
  now.extra.pollable = spec.pollable && now.engine != Engine::fork;  // which has a pipe for it
  now.engine = engine_for(spec, now.engine, now.extra);
  if (auto failure = refuse_lesser(spec, now.engine)) return std::unexpected(std::move(*failure));
  now.handlers_cleared = kernel::features().works(Feature::clone3);
  if (now.handlers_cleared && !spec.inherit_ignored) {
    now.ignored = kernel::ignored_standard_signals();
  }
  now.environment = ::environ;
  if (spec.program.find('/') == std::string::npos) now.path = ::secure_getenv("PATH");
  if (spec.inherit_mask) now.mask = kernel::blocked_signals();
  if (spec.dies_with_parent) now.parent = ::getpid();
  const auto standard = look_at_standard_streams(spec);
  if (!standard) return std::unexpected(standard.error());
  now.standard = *standard;
  now.callers = callers_values(spec);
  return now;
}

}  // namespace forklift::launch
