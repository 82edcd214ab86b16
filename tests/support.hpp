// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <chrono>
#include <forklift/command.hpp>
#include <forklift/counters.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

/// Path of a program built from tests/helpers.
std::string helper(const std::string& name);

/// A directory of its own, removed at the end of scope.
class Folder {
 public:
  Folder();
  Folder(const Folder&) = delete;
  ~Folder();
  std::string path(const std::string& name = "") const;
  /// Writes a file and returns its path.
  std::string file(const std::string& name, const std::string& text, unsigned mode = 0644) const;

 private:
  std::string path_;
};

std::string read_file(const std::string& path);

/// The numbers of this process's open descriptors.
std::set<int> open_descriptors();
std::size_t thread_count();
/// Whether there are at most `most` threads, or soon will be: a joined one
/// remains in /proc for a moment.
bool threads_come_to(std::size_t most);
/// Pids of this process's children, zombies included.
std::set<int> children();
std::size_t resident_bytes();

/// All descriptors that the limit allows, in use.
std::vector<forklift::Fd> all_descriptors_taken();

/// No descriptor is free, for the length of a scope.
class NoDescriptors {
 public:
  NoDescriptors();
  ~NoDescriptors();

 private:
  rlimit before_{};
  std::vector<forklift::Fd> taken_;
};

/// "device:inode" of a descriptor.
std::string identity(int descriptor);

/// The state printed by a helper `show`.
struct Shown {
  std::map<int, std::string> descriptors;  ///< number to identity
  std::vector<std::string> argv, env;
  std::map<std::string, std::string> values;  ///< directory, umask, session, group, ...
};

/// Runs `show` by the command `command(path of show)`, and reads its output.
template <class Make>
Shown show(Make make);
Shown read_shown(const std::string& path);

template <class Make>
Shown show(Make make) {
  const Folder folder;
  const std::string report = folder.path("report");
  forklift::Command command(helper("show"));
  command.arg(report);
  make(command);
  forklift::Child child = command.spawn();
  REQUIRE(child.wait().success());
  return read_shown(report);
}

/// The engine of launches here, forced or chosen.
forklift::Engine engine();
bool has_capability(const std::string& name);
/// Whether descriptors are mailed to the child, rather than copied with the table.
bool mails();

/// A busy machine takes long to bring a program to a certain point. Attempts
/// with a time limit of 100 ms, doubled each time, until the result is
/// `enough`, or the limit was long enough for any machine.
template <class Attempt, class Enough>
auto within(Attempt attempt, Enough enough) {
  for (std::chrono::milliseconds limit(100);; limit *= 2) {
    auto result = attempt(limit);
    if (enough(result) || limit > std::chrono::seconds(20)) return result;
  }
}

/// The system call that a process or thread is inside, -1 for none. The process
/// may have ended.
long current_syscall(int pid);

/// Waits until a process or thread is inside the system call `number`, which it
/// must not leave by itself.
void await_syscall(int pid, long number);
