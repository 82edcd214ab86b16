// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "plan/streams.hpp"

#include <errno.h>

#include <algorithm>
#include <climits>

namespace forklift::launch {
namespace {

bool is_in_place(int target, const Stdio* stdio) {
  return target <= 2 && (!stdio || stdio->kind() == Stdio::Kind::inherit);
}

// Follows `same_as` to a descriptor that is not an alias.
std::expected<int, Failure> root_of(const std::map<int, Stdio>& streams, int target) {
  int number = target;
  for (std::size_t hops = 0; hops <= streams.size(); ++hops) {
    const auto found = streams.find(number);
    if (found == streams.end()) {
      if (number >= 0 && number <= 2) return number;
      return std::unexpected(Failure{Step::descriptor,
                                     std::to_string(target) + " same as " + std::to_string(number) +
                                         ", which the child has not",
                                     EBADF});
    }
    if (found->second.kind() != Stdio::Kind::same_as) return number;
    number = found->second.number();
  }
  return std::unexpected(
      Failure{Step::descriptor, std::to_string(target) + " same as itself", EINVAL});
}

Window longest_gap(const std::vector<Stream>& streams, long limit) {
  Window best{0, -1};
  int first = 3;
  const auto consider = [&](int last) {
    if (last - first > best.last - best.first) best = {first, last};
  };
  for (const Stream& stream : streams) {
    if (stream.target < first) continue;
    consider(stream.target - 1);
    first = stream.target + 1;
  }
  consider(static_cast<int>(std::min<long>(limit, INT_MAX)) - 1);
  return best;
}

// Those absent from the spec are inherited, or the pseudoterminal.
void add_standard_streams(const LaunchSpec& spec, StandardStreams standard,
                          std::vector<Stream>& streams) {
  int terminal = -1;
  for (int target = 0; target <= 2; ++target) {
    if (spec.streams.contains(target)) continue;
    streams.push_back({.target = target,
                       .alias_of = terminal,
                       .terminal = spec.pty.has_value() && terminal < 0,
                       .null = !spec.pty && (standard.closed >> target & 1) != 0});
    if (spec.pty && terminal < 0) terminal = target;
  }
}

std::vector<Stream> list_needs(const LaunchSpec& spec, Extra extra) {
  std::vector<Stream> needs;
  const auto add = [&needs](ExtraFd need, int borrowed) {
    needs.push_back({.need = need, .borrowed = borrowed});
  };
  if (extra.joins_cgroup) add(ExtraFd::cgroup, -1);
  if (extra.second_stage || extra.pollable) add(ExtraFd::report, -1);
  if (extra.own_program) add(ExtraFd::program, -1);
  if (spec.directory_descriptor) add(ExtraFd::directory, *spec.directory_descriptor);
  if (spec.sandbox.landlock) add(ExtraFd::made_ruleset, -1);
  if (spec.sandbox.ruleset) add(ExtraFd::ruleset, *spec.sandbox.ruleset);
  for (const auto& [descriptor, kind] : spec.isolation.joined) {
    if (kind != Namespace::pid) add(ExtraFd::joined, descriptor);
  }
  const bool is_standard =
      !spec.streams.contains(0) || !spec.streams.contains(1) || !spec.streams.contains(2);
  if (spec.pty && !is_standard) add(ExtraFd::terminal, -1);
  return needs;
}

int lowest_free(const std::vector<Stream>& streams) {
  int number = 3;
  for (const Stream& stream : streams) number += stream.target == number;
  return number;
}

}  // namespace

bool is_inherited(const LaunchSpec& spec, int target) {
  const auto set = spec.streams.find(target);
  if (set == spec.streams.end()) return !spec.pty;
  return is_in_place(target, &set->second);
}

bool is_brought(int target, const Stdio& stdio) {
  const auto kind = stdio.kind();
  return kind == Stdio::Kind::descriptor || kind == Stdio::Kind::pipe ||
         (kind == Stdio::Kind::inherit && !is_in_place(target, &stdio));
}

std::expected<std::vector<Stream>, Failure> resolve_streams(const LaunchSpec& spec, Extra extra,
                                                            StandardStreams standard) {
  std::vector<Stream> streams;
  add_standard_streams(spec, standard, streams);
  for (const auto& [target, stdio] : spec.streams) {
    const auto root = root_of(spec.streams, target);
    if (!root) return std::unexpected(root.error());
    if (*root != target) {
      streams.push_back({.target = target, .alias_of = *root});
    } else {
      streams.push_back(
          {.target = target, .stdio = is_in_place(target, &stdio) ? nullptr : &stdio});
    }
  }
  std::ranges::sort(streams, {}, &Stream::target);
  for (Stream& needed : list_needs(spec, extra)) {
    needed.target = lowest_free(streams);
    streams.push_back(needed);
    std::ranges::sort(streams, {}, &Stream::target);
  }
  return streams;
}

Window choose_window(const std::vector<Stream>& streams, int waiting, long limit) {
  const int above = streams.back().target + 1;
  if (above + static_cast<long>(waiting) <= limit) return {above, INT_MAX};
  return longest_gap(streams, limit);
}

}  // namespace forklift::launch
