// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// What a child finds itself with, told by the helper `reveal`, and work done by
// other users.

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

/// Runs `reveal` with these probes, or all that it knows, by a command made by
/// `make`. A launch that fails is thrown; a program that fails reveals nothing.
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

/// Does `work` in a fork of this process and gives the complaint that it
/// returned, "" if all was well; what it throws is a complaint, too.
///
/// There limits, ids and namespaces can be changed. Expectations of doctest have
/// no effect in there.
std::string in_fork(const std::function<std::string()>& work);
/// The same as another user without any privilege.
///
/// Requires: root.
std::string as_user(unsigned id, const std::function<std::string()>& work);

/// "" if they are equal, else what is wrong.
std::string differ(const std::string& what, const std::string& is, const std::string& expected);
/// The launch has to fail at this step with this errno and name this subject;
/// else tells what it did.
std::string fails_otherwise(const forklift::Command& command, forklift::Step step, int error,
                            const std::string& subject = "");

bool is_root();
/// Whether this process has a capability(7) in its effective set.
bool has_privilege(int number);

/// A new cgroup of version 2, removed at the end of scope with all that runs in
/// it; its path is empty where this machine has none that is ours.
class TestCgroup {
 public:
  TestCgroup();
  TestCgroup(const TestCgroup&) = delete;
  ~TestCgroup();
  const std::string& path() const { return path_; }
  /// As /proc/PID/cgroup calls it.
  std::string name() const;
  /// The names of the cgroups below it.
  std::vector<std::string> below() const;

 private:
  std::string mount_, path_;
};
