// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <forklift/limit.hpp>
#include <forklift/namespaces.hpp>
#include <forklift/scheduling.hpp>
#include <string>
#include <utility>
#include <vector>

/// Parsers for the options of `forklift run`. Each function throws
/// `std::invalid_argument` with one sentence about the error.
namespace run {

/// A whole number between two others; `what` is its name in the error.
long parse_number(const std::string& text, long least, long most, const char* what);
/// An octal number, as in umask(1).
mode_t parse_mode(const std::string& text);
/// "K=V" as its two halves; neither the key nor the sign may be missing.
std::pair<std::string, std::string> parse_pair(const std::string& text);
/// "TERM", "SIGTERM", "term" or 15.
int parse_signal(const std::string& text);
/// Signals, separated by commas.
std::vector<int> parse_signals(const std::string& text);
/// "0-3,5" as 0, 1, 2, 3, 5.
std::vector<int> parse_set(const std::string& text, const char* what);
/// Groups by name or number, separated by commas; none of them for "".
std::vector<gid_t> parse_groups(const std::string& text);
/// SECBIT_* by the names of setpriv(1), or their sum as a number.
unsigned parse_securebits(const std::string& text);

struct NamedLimit {
  forklift::Resource resource;
  forklift::Limit limit;
};
/// "nofile=1024", "nofile=1024:4096", "nofile=1024:", "nofile=:4096"; values
/// with K, M, G or T, or "unlimited".
NamedLimit parse_limit(const std::string& text);
/// "fifo:10", "rr:1", "batch", "idle", "other", "deadline:1ms:5ms:10ms".
forklift::Scheduling parse_scheduling(const std::string& text);
/// "best-effort:4", "realtime:0", "idle", "none".
forklift::IoPriority parse_io_priority(const std::string& text);
/// "bind:0-1", "interleave:0,1", "preferred:0", "local", "default".
forklift::MemoryPolicy parse_memory_policy(const std::string& text);

/// Namespaces by name, separated by commas.
std::vector<forklift::Namespace> parse_namespaces(const std::string& text);
/// "0:1000:1", inside, outside, count.
forklift::IdRange parse_range(const std::string& text);
struct Membership {
  forklift::Namespace kind;
  std::string path;
};
/// "net=/run/netns/blue", or "net=4711" for /proc/4711/ns/net.
Membership parse_membership(const std::string& text);

}  // namespace run
