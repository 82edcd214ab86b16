// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "launch/attribute_checks.hpp"

#include <errno.h>

#include <algorithm>

#include "launch/quote.hpp"

namespace forklift::launch {
namespace {

using Found = std::optional<Failure>;

Failure invalid(Step step, std::string subject) { return {step, std::move(subject), EINVAL}; }

bool is_within(long number, long least, long most) { return number >= least && number <= most; }

bool has_nul(const std::string& text) { return text.find('\0') != std::string::npos; }

Found check_limits(const Order& order) {
  for (const auto& [resource, limit] : order.bounds.limits) {
    if (limit.soft && limit.hard && *limit.soft > *limit.hard) {
      return invalid(Step::limit, std::string(name(resource)) + " " + std::to_string(*limit.soft) +
                                      ", above the hard limit " + std::to_string(*limit.hard));
    }
  }
  return std::nullopt;
}

// The kernel rounds a nice value, and takes a slack of 0 for the default.
Found check_scheduling(const Order& order) {
  const Bounds& bounds = order.bounds;
  if (bounds.nice && !is_within(*bounds.nice, -20, 19)) {
    return invalid(Step::scheduling, "nice " + std::to_string(*bounds.nice) + ", not -20 to 19");
  }
  if (bounds.timer_slack && bounds.timer_slack->count() < 1) {
    return invalid(Step::scheduling, "timer slack " + std::to_string(bounds.timer_slack->count()) +
                                         " ns, not at least 1");
  }
  if (bounds.io_priority && !is_within(bounds.io_priority->level, 0, 7)) {
    return invalid(Step::scheduling,
                   "I/O priority " + std::to_string(bounds.io_priority->level) + ", not 0 to 7");
  }
  return std::nullopt;
}

Found check_numbers(Step step, const char* what, const std::vector<int>& numbers) {
  constexpr int most = 1 << 16;  // beyond any kernel's processors or nodes
  for (const int number : numbers) {
    if (!is_within(number, 0, most)) {
      return invalid(step, std::string(what) + " " + std::to_string(number));
    }
  }
  return std::nullopt;
}

Found check_places(const Order& order) {
  if (order.bounds.cpus) {
    if (order.bounds.cpus->empty()) return invalid(Step::scheduling, "no processor");
    if (auto found = check_numbers(Step::scheduling, "processor", *order.bounds.cpus)) return found;
  }
  if (!order.bounds.memory_policy) return std::nullopt;
  return check_numbers(Step::memory_policy, "node", order.bounds.memory_policy->nodes);
}

bool is_in(const Surroundings& around, Namespace kind) {
  return around.made.contains(kind) ||
         std::ranges::any_of(around.joined, [kind](const auto& one) { return one.second == kind; });
}

// Without a namespace of the child's own these would change everybody's.
Found check_surroundings(const Order& order) {
  const Surroundings& around = order.surroundings;
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

// The thread that makes such a child ends, and PR_SET_PDEATHSIG with it.
Found check_joins(const Order& order) {
  for (const auto& [descriptor, kind] : order.surroundings.joined) {
    if (descriptor < 0) return Failure{Step::join, std::to_string(descriptor), EBADF};
    if (kind == Namespace::pid && order.dies_with_parent) {
      return invalid(Step::join, "a pid namespace, by a child that dies with its parent");
    }
  }
  return std::nullopt;
}

Found check_texts(const Order& order) {
  const Surroundings& around = order.surroundings;
  for (const auto& [step, text] :
       {std::pair{Step::hostname, &around.hostname}, std::pair{Step::root, &around.root},
        std::pair{Step::root, &around.new_root}}) {
    if (*text && has_nul(**text)) return invalid(step, quote(**text) + " has a NUL byte");
  }
  if (!order.sandbox.landlock) return std::nullopt;
  for (const auto& rule : order.sandbox.landlock->rules()) {
    if (has_nul(rule.path)) return invalid(Step::landlock, quote(rule.path) + " has a NUL byte");
  }
  return std::nullopt;
}

Found check_seccomp(const Order& order) {
  constexpr std::size_t most = 4096;  // BPF_MAXINSNS, <linux/bpf_common.h>
  if (!order.sandbox.seccomp) return std::nullopt;
  const std::size_t size = order.sandbox.seccomp->size();
  if (size >= 1 && size <= most) return std::nullopt;
  return invalid(Step::seccomp, "a filter of " + std::to_string(size) + " instructions, not 1 to " +
                                    std::to_string(most));
}

Found check_ids(const Order& order) {
  const auto* const user = std::get_if<uid_t>(&order.identity.user);
  const auto* const group = std::get_if<gid_t>(&order.identity.group);
  // -1 means "leave it as it is" (setresuid(2)).
  if (user && *user == static_cast<uid_t>(-1)) return invalid(Step::identity, "user -1");
  if (group && *group == static_cast<gid_t>(-1)) return invalid(Step::identity, "group -1");
  return std::nullopt;
}

Found check_life(const Order& order) {
  const bool bad =
      order.dies_with_parent && !is_within(*order.dies_with_parent, 1, kernel::last_signal);
  if (!bad) return std::nullopt;
  return invalid(Step::parent_death, "signal " + std::to_string(*order.dies_with_parent));
}

}  // namespace

Found find_bad_attribute(const Order& order) {
  for (const auto check : {check_limits, check_scheduling, check_places, check_surroundings,
                           check_joins, check_texts, check_seccomp, check_ids, check_life}) {
    if (auto found = check(order)) return found;
  }
  return std::nullopt;
}

}  // namespace forklift::launch
