// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <fmt/core.h>

#include <charconv>
#include <iterator>
#include <stdexcept>
#include <string_view>

#include "quantity.hpp"
#include "run/values.hpp"
#include "run/split.hpp"

namespace run {
namespace {

template <typename Value>
struct Named {
  std::string_view name;
  Value value;
};

template <typename Value, std::size_t Count>
Value find(const Named<Value> (&table)[Count], const std::string& name, const char* what) {
  std::string names;
  for (const auto& [known, value] : table) {
    if (known == name) return value;
    names += (names.empty() ? "" : ", ") + std::string(known);
  }
  throw std::invalid_argument(fmt::format("unknown {} '{}' ({})", what, name, names));
}

[[noreturn]] void refuse(const std::string& text) { throw std::invalid_argument(text); }

std::optional<std::uint64_t> parse_bound(const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (text == "unlimited") return forklift::unlimited;
  std::uint64_t exact = 0;  // sizes are parsed as double, which is not exact
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, exact);
  if (error == std::errc() && rest == end) {
    if (exact == forklift::unlimited) refuse("the kernel takes " + text + " for 'unlimited'");
    return exact;
  }
  return parse_size(text);
}

forklift::Resource parse_resource(const std::string& name) {
  if (const auto known = forklift::resource_of(name)) return *known;
  std::string names;
  for (int i = 0; i <= static_cast<int>(forklift::Resource::stack); ++i) {
    names += (i ? ", " : "") + std::string(forklift::name(static_cast<forklift::Resource>(i)));
  }
  refuse(fmt::format("unknown limit '{}' ({})", name, names));
}

using Policy = forklift::Scheduling::Policy;
constexpr Named<Policy> policies[] = {{"other", Policy::other},    {"batch", Policy::batch},
                                      {"idle", Policy::idle},      {"fifo", Policy::fifo},
                                      {"rr", Policy::round_robin}, {"deadline", Policy::deadline}};

using Class = forklift::IoPriority::Class;
constexpr Named<Class> classes[] = {{"none", Class::none},
                                    {"realtime", Class::realtime},
                                    {"best-effort", Class::best_effort},
                                    {"idle", Class::idle}};

using Mode = forklift::MemoryPolicy::Mode;
constexpr Named<Mode> modes[] = {{"default", Mode::by_default},
                                 {"preferred", Mode::preferred},
                                 {"bind", Mode::bind},
                                 {"interleave", Mode::interleave},
                                 {"local", Mode::local}};

using forklift::Namespace;
constexpr Named<Namespace> namespaces[] = {
    {"user", Namespace::user}, {"mount", Namespace::mount},  {"pid", Namespace::pid},
    {"net", Namespace::net},   {"uts", Namespace::uts},      {"ipc", Namespace::ipc},
    {"time", Namespace::time}, {"cgroup", Namespace::cgroup}};

// The file in /proc/PID/ns has the namespace's name, with one exception.
std::string file_of(const std::string& kind) { return kind == "mount" ? "mnt" : kind; }

}  // namespace

NamedLimit parse_limit(const std::string& text) {
  const auto sign = text.find('=');
  const auto resource = parse_resource(text.substr(0, sign));
  if (sign == std::string::npos) refuse("expected NAME=SOFT[:HARD]");
  const auto bounds = split(text.substr(sign + 1), ':');
  if (bounds.size() > 2) refuse("expected a soft and a hard limit at most");
  const forklift::Limit limit{parse_bound(bounds.front()), parse_bound(bounds.back())};
  if (!limit.soft && !limit.hard) refuse("expected NAME=SOFT[:HARD]");
  if (limit.soft && limit.hard && *limit.soft > *limit.hard) {
    refuse("the soft limit is above the hard one");
  }
  return {resource, limit};
}

forklift::Scheduling parse_scheduling(const std::string& text) {
  const auto parts = split(text, ':');
  forklift::Scheduling scheduling{.policy = find(policies, parts[0], "policy")};
  const bool fixed = scheduling.policy == Policy::fifo || scheduling.policy == Policy::round_robin;
  if (scheduling.policy == Policy::deadline) {
    if (parts.size() != 4) refuse("expected deadline:RUNTIME:DEADLINE:PERIOD");
    scheduling.runtime = parse_time(parts[1]);
    scheduling.deadline = parse_time(parts[2]);
    scheduling.period = parse_time(parts[3]);
  } else if (parts.size() != (fixed ? 2U : 1U)) {
    refuse(fixed ? "expected " + parts[0] + ":PRIORITY" : "'" + parts[0] + "' has no priority");
  } else if (fixed) {
    scheduling.priority = static_cast<int>(parse_number(parts[1], 1, 99, "priority"));
  }
  return scheduling;
}

forklift::IoPriority parse_io_priority(const std::string& text) {
  const auto parts = split(text, ':');
  forklift::IoPriority priority{.io_class = find(classes, parts[0], "class")};
  const bool levels =
      priority.io_class == Class::realtime || priority.io_class == Class::best_effort;
  if (parts.size() > (levels ? 2U : 1U)) refuse(fmt::format("'{}' has no such level", parts[0]));
  if (parts.size() == 2) priority.level = static_cast<int>(parse_number(parts[1], 0, 7, "level"));
  return priority;
}

forklift::MemoryPolicy parse_memory_policy(const std::string& text) {
  const auto parts = split(text, ':');
  forklift::MemoryPolicy policy{.mode = find(modes, parts[0], "policy"), .nodes = {}};
  const bool wants = policy.mode == Mode::bind || policy.mode == Mode::interleave ||
                     policy.mode == Mode::preferred;
  if (parts.size() != (wants ? 2U : 1U)) {
    refuse(wants ? "expected " + parts[0] + ":NODES" : "'" + parts[0] + "' has no nodes");
  }
  if (wants) policy.nodes = parse_set(parts[1], "nodes");
  return policy;
}

std::vector<Namespace> parse_namespaces(const std::string& text) {
  std::vector<Namespace> kinds;
  for (const auto& part : split(text, ',')) kinds.push_back(find(namespaces, part, "namespace"));
  return kinds;
}

forklift::IdRange parse_range(const std::string& text) {
  const auto parts = split(text, ':');
  if (parts.size() != 3) refuse("expected INSIDE:OUTSIDE:COUNT");
  constexpr long most = 0xffff'fffe;
  const auto id = [](const std::string& part, long least, const char* what) {
    return static_cast<std::uint32_t>(parse_number(part, least, most, what));
  };
  return {id(parts[0], 0, "id"), id(parts[1], 0, "id"), id(parts[2], 1, "count of ids")};
}

Membership parse_membership(const std::string& text) {
  const auto sign = text.find('=');
  const std::string kind = text.substr(0, sign);
  const Namespace known = find(namespaces, kind, "namespace");
  if (sign == std::string::npos || sign + 1 == text.size())
    refuse("expected KIND=PATH or KIND=PID");
  std::string path = text.substr(sign + 1);
  if (path.find_first_not_of("0123456789") == std::string::npos) {
    path = fmt::format("/proc/{}/ns/{}", path, file_of(kind));
  }
  return {known, path};
}

}  // namespace run
