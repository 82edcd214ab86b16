// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "watch/perf/record.hpp"

namespace watch::perf {

/// Follows children from their creation until they execute a program or end.
class Children {
 public:
  using ProgramOf = std::function<std::string(pid_t)>;
  explicit Children(ProgramOf program_of) : program_of_(std::move(program_of)) {}

  void born(const Record& forked);
  void execve_entered(const Record& record);
  /// False if it is none of ours, or had executed before.
  bool executed(const Record& record);
  bool ended(const Record& record);
  /// The call that made it has its number.
  void numbered(const Call& call);

  /// What is complete.
  std::vector<Exec> take();
  /// What is known without its call's number, too.
  std::vector<Exec> take_rest();

 private:
  struct Child {
    Exec exec;
    Nanoseconds born{};
    std::optional<Nanoseconds> execve;
    bool over = false;
    bool numbered = false;
  };
  bool settle(const Record& record, bool done);
  void pass_on(std::map<pid_t, Child>::iterator child);

  ProgramOf program_of_;
  std::map<pid_t, Child> children_;
  std::vector<Exec> complete_;
};

}  // namespace watch::perf
