// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The state of a child, printed by the helper `reveal`, and work done by other
// users.

#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "support.hpp"

/// Path of `reveal`, a program without libraries, where every user can run it.
const std::string& reveal_path();

/// The "key value" lines that `reveal` printed.
using Revealed = std::map<std::string, std::string>;
Revealed read_revealed(const std::string& printed);

/// Runs `reveal` with these probes, or all, by a command made by `make`. A
/// failed launch throws; a failed program reveals nothing.
template <class Make>
Revealed reveal(Make make, std::initializer_list<std::string_view> probes = {}) {
  forklift::Command command(reveal_path());
  command.args(probes);
  make(command);
  return read_revealed(command.output().out);
}

/// All parts, one after the other.
template <class... Parts>
std::string joined(const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  return text.str();
}

/// The value of a key; "?" without one.
std::string at(const Revealed& revealed, const std::string& key);

/// Runs `work` in a fork of this process and returns its error text, "" for
/// success; an exception is an error, too.
///
/// There limits, ids and namespaces can be changed. Expectations of doctest have
/// no effect in there.
std::string in_fork(const std::function<std::string()>& work);
/// The same as another user without any privilege.
///
/// Requires: root.
std::string as_user(unsigned id, const std::function<std::string()>& work);

/// "" if they are equal, else the difference.
std::string differ(const std::string& what, const std::string& is, const std::string& expected);
/// The launch must fail at this step with this errno and subject; else returns
/// the outcome.
std::string fails_otherwise(const forklift::Command& command, forklift::Step step, int error,
                            const std::string& subject = "");

bool is_root();
/// Whether this process has a capability(7) in its effective set.
bool has_privilege(int number);

/// A new cgroup of version 2, removed at the end of scope with all processes in
/// it; its path is empty if this machine grants us none.
class TestCgroup {
 public:
  TestCgroup();
  TestCgroup(const TestCgroup&) = delete;
  ~TestCgroup();
  const std::string& path() const { return path_; }
  /// Its name in /proc/PID/cgroup.
  std::string name() const;
  /// The names of the cgroups below it.
  std::vector<std::string> below() const;

 private:
  std::string mount_, path_;
};
