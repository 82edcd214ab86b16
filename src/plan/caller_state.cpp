// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Captures all that a plan depends on besides its order. This and `identity.cpp`, which
// reads the user database, are the only files of this folder that query the
// kernel or the environment; from here on, planning is a function of two
// values.

#include "plan/caller_state.hpp"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <string_view>

#include "child/second_stage_program.hpp"
#include "kernel/ignored_signals.hpp"
#include "kernel/landlock.hpp"
#include "kernel/probe.hpp"
#include "kernel/raw.hpp"
#include "plan/callers_path.hpp"
#include "plan/identity_steps.hpp"
#include "plan/launch_spec.hpp"
#include "plan/resource_limit_steps.hpp"
#include "plan/streams.hpp"

namespace forklift::launch {
namespace {

using kernel::Feature;

// The kernel's reason why an engine does not work; 0 if it does.
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

// Read once, and never by a program with more rights than its caller
// (secure_getenv(3)). An atomic, not a guarded static: a concurrent fork of the
// program would leave a guard locked forever in the child.
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

// Where descriptors cannot be mailed, a launch that passes some copies the
// table.
Engine engine_for(const LaunchSpec& spec, const CallerState& now) {
  const bool mute = !now.features.works(Feature::mailbox);
  return now.engine == Engine::shared_table && mute && needs_mail(spec, now.extra)
             ? Engine::shared_memory
             : now.engine;
}

std::optional<Failure> refuse_lesser(const LaunchSpec& spec, Engine engine) {
  if (!spec.required || engine >= *spec.required) return std::nullopt;
  return Failure{Step::engine,
                 "'" + std::string(name(*spec.required)) + "' (this launch has '" +
                     std::string(name(engine)) + "')",
                 EOPNOTSUPP};
}

// Whether a child changes its identity, or attributes that the kernel keeps
// with the memory: both are forbidden on its parent's memory.
bool needs_own_memory(const LaunchSpec& spec) {
  const Identity& identity = spec.identity;
  const bool another = identity.user.index() != 0 || identity.group.index() != 0;
  // The kernel refuses to join these while another process shares the memory.
  const bool joins_alone = std::ranges::any_of(spec.isolation.joined, [](const auto& joined) {
    return joined.second == Namespace::user || joined.second == Namespace::time;
  });
  const bool makes_clock = spec.isolation.made.contains(Namespace::time);  // which it also joins
  return another || identity.groups || identity.capabilities || identity.securebits ||
         joins_alone || makes_clock || spec.resource_limits.oom_score ||
         spec.resource_limits.huge_pages;
}

// Whether the path of the caller's own program means another one at exec.
bool loses_own_program(const LaunchSpec& spec) {
  if (!is_own_program(spec.program)) return false;
  const Isolation& around = spec.isolation;
  return needs_own_memory(spec) || around.root || around.new_root || around.mount_proc ||
         std::ranges::any_of(around.joined,
                             [](const auto& joined) { return joined.second == Namespace::mount; });
}

std::optional<Failure> find_shortage(const kernel::Features& features) {
  const int shortage = features.shortage();
  if (shortage == 0) return std::nullopt;
  return Failure{Step::engine, "(looking at what the kernel can do)", shortage};
}

// Optional features of the kernel are asked for only if the order depends on them.
kernel::FeatureSet features_for(const LaunchSpec& spec, Engine engine) {
  const Extra most{.second_stage = needs_own_memory(spec),
                   .joins_cgroup = spec.cgroup.has_value(),
                   .pollable = spec.pollable};
  kernel::FeatureSet needed = kernel::all_features & ~kernel::optional_features;
  if (spec.cgroup) needed |= feature_bit(Feature::into_cgroup);
  if (engine == Engine::fork) needed |= feature_bit(Feature::robust_list);
  if (engine == Engine::shared_table && needs_mail(spec, most)) {
    needed |= feature_bit(Feature::mailbox);
  }
  return needed;
}

std::optional<Failure> capture_kernel(const LaunchSpec& spec, CallerState& now) {
  const kernel::FeatureSet needed = features_for(spec, now.engine);
  now.features = kernel::features(needed).only(needed);
  return find_shortage(now.features);
}

// Without the program of a second stage, the child can only be on a copy of our
// memory.
std::optional<Failure> find_second_stage(const LaunchSpec& spec, CallerState& now) {
  if (now.engine == Engine::fork || !needs_own_memory(spec)) return std::nullopt;
  const auto program = second_stage_program();
  if (program) return std::nullopt;
  if (spec.allow_fork) {
    now.engine = Engine::fork;
    return std::nullopt;
  }
  return Failure{Step::second_stage, "a program in memory (memfd_create)", program.error()};
}

// The descriptors 0 to 2 that the child inherits.
std::expected<StandardStreams, Failure> capture_standard_streams(const LaunchSpec& spec) {
  StandardStreams found;
  for (int target = 0; target <= 2; ++target) {
    if (!is_inherited(spec, target)) continue;
    const long flags = kernel::raw::call(SYS_fcntl, target, F_GETFD);
    if (flags >= 0) {
      found.marked |= (flags & FD_CLOEXEC ? 1U : 0U) << target;
    } else if (spec.streams.contains(target)) {
      return std::unexpected(Failure{
          Step::descriptor, std::to_string(target) + ", inherited, which is closed", EBADF});
    } else {
      found.closed |= 1U << target;
    }
  }
  return found;
}

// Setting or removing a variable does not affect a spec that keeps the
// environment, or starts from another.
CallersEnvironment capture_environment(const LaunchSpec& spec) {
  const bool changes =
      !spec.environment.empty() && !spec.clear_environment && !spec.environment_start;
  const bool searches = spec.program.find('/') == std::string::npos;
  return {changes ? ::environ : nullptr, searches ? ::secure_getenv("PATH") : nullptr};
}

std::string target_of(const char* link) {
  char target[64];
  const ssize_t size = ::readlink(link, target, sizeof target);
  return size > 0 ? std::string(target, static_cast<std::size_t>(size)) : std::string();
}

CallersLimit limit_of(Resource resource) {
  rlimit limit{};
  ::getrlimit(static_cast<__rlimit_resource_t>(number_of(resource)), &limit);
  return {resource, limit.rlim_cur, limit.rlim_max};
}

void capture_limits(const LaunchSpec& spec, CallerState& now) {
  const ResourceLimits& wanted = spec.resource_limits;
  now.descriptors = limit_of(Resource::descriptors);
  for (const auto& [resource, limit] : wanted.by_resource) {
    if (!limit.soft || !limit.hard) now.limits.push_back(limit_of(resource));
  }
  if (wanted.scheduling && !wanted.nice) now.nice = ::getpriority(PRIO_PROCESS, 0);
}

void capture_signals(const LaunchSpec& spec, CallerState& now) {
  // A clone that resets handlers keeps ignored signals; else all are reset.
  if (clears_handlers(now) != spec.inherit_ignored) now.ignored = kernel::ignored_signals();
  if (spec.inherit_mask) now.mask = kernel::blocked_signals();
}

void capture_identity(const LaunchSpec& spec, CallerState& now) {
  const Isolation& around = spec.isolation;
  if (depends_on_capabilities(spec)) now.capabilities = kernel::own_capabilities();
  if (around.made.contains(Namespace::user) && !around.id_maps) {
    now.ids = CallersIds{::geteuid(), ::getegid()};
  }
}

}  // namespace

std::expected<Engine, Failure> chosen_engine() {
  const kernel::Features& features = kernel::features();
  if (auto failure = find_shortage(features)) return std::unexpected(std::move(*failure));
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

std::optional<Failure> choose_way(const LaunchSpec& spec, CallerState& now) {
  const bool copies = now.engine == Engine::fork;
  now.extra.own_program = loses_own_program(spec);
  now.extra.joins_cgroup = spec.cgroup && !now.features.works(Feature::into_cgroup);
  now.extra.second_stage = !copies && needs_own_memory(spec);
  now.extra.pollable = !copies && spec.pollable;  // `fork` has a pipe for it
  now.engine = engine_for(spec, now);
  return refuse_lesser(spec, now.engine);
}

std::expected<CallerState, Failure> capture_caller_state(const LaunchSpec& spec) {
  const auto engine = chosen_engine();
  if (!engine) return std::unexpected(engine.error());
  CallerState now;
  now.engine = *engine;
  if (auto failure = find_second_stage(spec, now)) return std::unexpected(std::move(*failure));
  if (auto failure = capture_kernel(spec, now)) return std::unexpected(std::move(*failure));
  if (auto failure = choose_way(spec, now)) return std::unexpected(std::move(*failure));
  const auto standard = capture_standard_streams(spec);
  if (!standard) return std::unexpected(standard.error());
  now.standard = *standard;
  now.environment = capture_environment(spec);
  capture_limits(spec, now);
  capture_signals(spec, now);
  capture_identity(spec, now);
  if (names_callers_things(spec)) {
    now.links = ProcLinks{target_of("/proc/self"), target_of("/proc/thread-self")};
  }
  if (spec.sandbox.landlock) now.landlock = kernel::landlock_version();
  if (spec.dies_with_parent) now.parent = ::getpid();
  return now;
}

}  // namespace forklift::launch
