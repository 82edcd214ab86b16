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
  /// False if it is not ours, or had executed before.
  bool executed(const Record& record);
  bool ended(const Record& record);
  /// The call that created it has its number.
  void numbered(const Call& call);

  /// The complete ones.
  std::vector<Exec> take();
  /// Also those whose call has no number yet.
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
