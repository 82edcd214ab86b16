// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Refuses attributes that the kernel would accept with another meaning, or that would
// reach beyond the child. Input that the kernel itself refuses is left to it:
// then the error names the step.

#include "plan/attribute_checks.hpp"

#include <errno.h>

#include <algorithm>
#include <cstdio>

#include "plan/callers_path.hpp"
#include "types/quote.hpp"

namespace forklift::launch {
namespace {

using Found = std::optional<Failure>;

Failure invalid(Step step, std::string subject) { return {step, std::move(subject), EINVAL}; }

constexpr auto no_id = static_cast<gid_t>(-1);  // the kernel's INVALID_GID

bool is_within(long number, long least, long most) { return number >= least && number <= most; }

bool has_nul(const std::string& text) { return text.find('\0') != std::string::npos; }

Found check_limits(const LaunchSpec& spec) {
  for (const auto& [resource, limit] : spec.resource_limits.by_resource) {
    if (limit.soft && limit.hard && *limit.soft > *limit.hard) {
      return invalid(Step::limit, std::string(name(resource)) + " " + std::to_string(*limit.soft) +
                                      ", above the hard limit " + std::to_string(*limit.hard));
    }
  }
  return std::nullopt;
}

// The kernel rounds a nice value, and interprets a slack of 0 as the default.
Found check_scheduling(const LaunchSpec& spec) {
  const ResourceLimits& limits = spec.resource_limits;
  if (limits.nice && !is_within(*limits.nice, -20, 19)) {
    return invalid(Step::scheduling, "nice " + std::to_string(*limits.nice) + ", not -20 to 19");
  }
  if (limits.oom_score && !is_within(*limits.oom_score, -1000, 1000)) {
    return invalid(Step::memory_policy,
                   "OOM score " + std::to_string(*limits.oom_score) + ", not -1000 to 1000");
  }
  if (limits.timer_slack && limits.timer_slack->count() < 1) {
    return invalid(Step::scheduling, "timer slack " + std::to_string(limits.timer_slack->count()) +
                                         " ns, not at least 1");
  }
  if (limits.io_priority && !is_within(limits.io_priority->level, 0, 7)) {
    return invalid(Step::scheduling,
                   "I/O priority " + std::to_string(limits.io_priority->level) + ", not 0 to 7");
  }
  return std::nullopt;
}

Found check_numbers(Step step, const char* what, const std::vector<int>& numbers) {
  constexpr int most = 1 << 16;  // more processors or nodes than any kernel supports
  for (const int number : numbers) {
    if (!is_within(number, 0, most)) {
      return invalid(step, std::string(what) + " " + std::to_string(number));
    }
  }
  return std::nullopt;
}

Found check_places(const LaunchSpec& spec) {
  const ResourceLimits& limits = spec.resource_limits;
  if (limits.cpus) {
    if (limits.cpus->empty()) return invalid(Step::scheduling, "no processor");
    if (auto found = check_numbers(Step::scheduling, "processor", *limits.cpus)) return found;
  }
  if (!limits.memory_policy) return std::nullopt;
  using Mode = MemoryPolicy::Mode;
  const auto& [mode, nodes] = *limits.memory_policy;
  const bool wants = mode == Mode::preferred || mode == Mode::bind || mode == Mode::interleave;
  // The kernel interprets "preferred" without a node as "local".
  if (wants == nodes.empty()) {
    return invalid(Step::memory_policy, wants ? "no node for a policy that wants some"
                                              : "nodes for a policy that has none");
  }
  return check_numbers(Step::memory_policy, "node", nodes);
}

bool is_in(const Isolation& around, Namespace kind) {
  return around.made.contains(kind) ||
         std::ranges::any_of(around.joined, [kind](const auto& one) { return one.second == kind; });
}

// Without a new namespace for the child these would affect all processes.
Found check_surroundings(const LaunchSpec& spec) {
  const Isolation& around = spec.isolation;
  const auto wants = [&around](bool used, Namespace kind) { return used && !is_in(around, kind); };
  if (wants(around.hostname.has_value(), Namespace::uts)) {
    return invalid(Step::hostname, quote(*around.hostname) + " without a uts namespace");
  }
  if (wants(around.new_root.has_value(), Namespace::mount)) {
    return invalid(Step::root,
                   "pivot_root " + quote(*around.new_root) + " without a mount namespace");
  }
  if (wants(around.mount_proc, Namespace::mount) || wants(around.mount_proc, Namespace::pid)) {
    return invalid(Step::mount, "'/proc' without mount and pid namespaces");
  }
  if (around.id_maps && !around.made.contains(Namespace::user)) {
    return invalid(Step::id_map, "without a new user namespace");
  }
  if (around.clock_offsets && !around.made.contains(Namespace::time)) {
    return invalid(Step::join, "clock offsets without a new time namespace");
  }
  return std::nullopt;
}

// The thread that creates such a child ends, and PR_SET_PDEATHSIG with it.
Found check_joins(const LaunchSpec& spec) {
  for (const auto& [descriptor, kind] : spec.isolation.joined) {
    if (descriptor < 0) return Failure{Step::join, std::to_string(descriptor), EBADF};
    if (kind == Namespace::pid && spec.dies_with_parent) {
      return invalid(Step::join, "a pid namespace, by a child that dies with its parent");
    }
  }
  return std::nullopt;
}

Found check_texts(const LaunchSpec& spec) {
  const Isolation& around = spec.isolation;
  for (const auto& [step, text] :
       {std::pair{Step::hostname, &around.hostname}, std::pair{Step::root, &around.root},
        std::pair{Step::root, &around.new_root}}) {
    if (*text && has_nul(**text)) return invalid(step, quote(**text) + " has a NUL byte");
  }
  if (!spec.sandbox.landlock) return std::nullopt;
  for (const auto& rule : spec.sandbox.landlock->rules()) {
    if (has_nul(rule.path)) return invalid(Step::landlock, quote(rule.path) + " has a NUL byte");
    // Rules apply to paths as the child sees them, but this is the caller's.
    if (names_descriptor(rule.path)) {
      return invalid(Step::landlock, quote(rule.path) + " is a descriptor of the caller's");
    }
  }
  return std::nullopt;
}

Found check_seccomp(const LaunchSpec& spec) {
  constexpr std::size_t most = 4096;  // BPF_MAXINSNS, <linux/bpf_common.h>
  if (!spec.sandbox.seccomp) return std::nullopt;
  const std::size_t size = spec.sandbox.seccomp->size();
  if (size >= 1 && size <= most) return std::nullopt;
  return invalid(Step::seccomp, "a filter of " + std::to_string(size) + " instructions, not 1 to " +
                                    std::to_string(most));
}

// The user and the group are checked after they have been resolved.
Found check_groups(const LaunchSpec& spec) {
  constexpr std::size_t most = 65536;  // NGROUPS_MAX, <linux/limits.h>
  if (!spec.identity.groups) return std::nullopt;
  const auto& groups = *spec.identity.groups;
  if (groups.size() > most) {
    return invalid(Step::identity, std::to_string(groups.size()) +
                                       " supplementary groups, more than " + std::to_string(most));
  }
  if (std::ranges::find(groups, no_id) == groups.end()) return std::nullopt;
  return invalid(Step::identity, "supplementary group 4294967295 (-1), which is not an id");
}

Found check_range(const char* what, const IdRange& range) {
  const std::uint64_t end = std::uint64_t{1} << 32;
  const std::uint64_t last = std::max(range.inside, range.outside) + std::uint64_t{range.count};
  if (range.count > 0 && last < end) return std::nullopt;  // -1 is not an id
  return invalid(Step::id_map, std::string(what) + " " + std::to_string(range.inside) + ":" +
                                   std::to_string(range.outside) + ":" +
                                   std::to_string(range.count) + ", not 1 or more ids below -1");
}

Found check_id_maps(const LaunchSpec& spec) {
  if (!spec.isolation.id_maps) return std::nullopt;
  for (const IdRange& range : spec.isolation.id_maps->users) {
    if (auto found = check_range("uid_map", range)) return found;
  }
  for (const IdRange& range : spec.isolation.id_maps->groups) {
    if (auto found = check_range("gid_map", range)) return found;
  }
  return std::nullopt;
}

// Numbers in the child; the kernel would mask a mode and report group -1 as an
// error of another kind.
Found check_numbers_of_child(const LaunchSpec& spec) {
  constexpr mode_t most = 0777;
  if (spec.umask && *spec.umask > most) {
    char octal[16];
    std::snprintf(octal, sizeof octal, "%o", *spec.umask);
    return invalid(Step::umask, std::string(octal) + ", not 0 to 777");
  }
  if (spec.process_group && *spec.process_group < 0) {
    return invalid(Step::group, std::to_string(*spec.process_group));
  }
  for (const auto& [step, number] : {std::pair{Step::terminal, spec.controlling_terminal},
                                     std::pair{Step::foreground, spec.foreground},
                                     std::pair{Step::landlock, spec.sandbox.ruleset}}) {
    if (number && *number < 0) {
      return Failure{step, "descriptor " + std::to_string(*number), EBADF};
    }
  }
  if (spec.pty && (spec.pty->rows == 0 || spec.pty->columns == 0)) {
    return invalid(Step::terminal, "of " + std::to_string(spec.pty->rows) + " rows and " +
                                       std::to_string(spec.pty->columns) + " columns");
  }
  return std::nullopt;
}

// A number of the caller must not equal our own value for "none".
Found check_cgroup(const LaunchSpec& spec) {
  const bool named = !spec.cgroup || spec.cgroup->creates() || !spec.cgroup->path().empty();
  if (named || spec.cgroup->descriptor() >= 0) return std::nullopt;
  return Failure{Step::cgroup, "descriptor " + std::to_string(spec.cgroup->descriptor()), EBADF};
}

Found check_life(const LaunchSpec& spec) {
  const bool bad =
      spec.dies_with_parent && !is_within(*spec.dies_with_parent, 1, kernel::last_signal);
  if (!bad) return std::nullopt;
  return invalid(Step::parent_death, "signal " + std::to_string(*spec.dies_with_parent));
}

}  // namespace

Found find_bad_attribute(const LaunchSpec& spec) {
  for (const auto check : {check_limits, check_scheduling, check_places, check_surroundings,
                           check_joins, check_texts, check_seccomp, check_groups, check_id_maps,
                           check_numbers_of_child, check_cgroup, check_life}) {
    if (auto found = check(spec)) return found;
  }
  return std::nullopt;
}

}  // namespace forklift::launch
