// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <chrono>
#include <expected>
#include <forklift/child.hpp>
#include <forklift/engine.hpp>
#include <forklift/error.hpp>
#include <forklift/export.hpp>
#include <forklift/launch.hpp>
#include <forklift/output.hpp>
#include <forklift/stdio.hpp>
#include <initializer_list>
#include <memory>
#include <ranges>
#include <string>
#include <string_view>

namespace forklift {

/// A program to launch and everything that its child shall be given.
///
/// Unless said otherwise the child inherits standard input, output and error
/// and no other descriptor, has an empty signal mask and no ignored signal, and
/// the program is looked up in PATH if its name has no slash. (What the caller
/// ignores is looked up at most once a millisecond: a signal that it began to
/// ignore just before may stay ignored.)
///
/// A value: copies are independent, and a command can be launched any number of
/// times. What can be prepared is prepared at the first launch and used again.
/// Setting something checks nothing; bad input is an error of the launch.
/// Threads: launching (the const functions) from many at once; setting, alone.
class FORKLIFT_EXPORT Command {
 public:
  using Duration = std::chrono::nanoseconds;

  /// A name with a slash is a path, relative to the child's directory; any other
  /// is searched in the PATH that the command sets, else in the caller's.
  explicit Command(std::string program);
  Command(const Command& other);
  Command(Command&& other) noexcept;
  Command& operator=(const Command& other);
  Command& operator=(Command&& other) noexcept;
  ~Command();

  Command& arg(std::string argument);
  Command& args(std::initializer_list<std::string_view> arguments);
  template <std::ranges::input_range Range>
  Command& args(Range&& arguments) {
    for (auto&& argument : arguments) arg(std::string(argument));
    return *this;
  }
  /// What the program sees as its own name; by default the name given.
  Command& argv0(std::string name);

  /// Sets a variable in the child's environment.
  Command& env(std::string key, std::string value);
  Command& env_remove(std::string key);
  /// Starts from an empty environment, whatever else is set or was.
  Command& env_clear();

  /// The child's working directory.
  Command& directory(std::string path);
  /// The same by a descriptor of the caller's, borrowed until the launch returns.
  Command& directory(int descriptor);

  Command& in(Stdio stdio) { return descriptor(0, std::move(stdio)); }
  Command& out(Stdio stdio) { return descriptor(1, std::move(stdio)); }
  Command& err(Stdio stdio) { return descriptor(2, std::move(stdio)); }
  /// What the child has as its descriptor `number`. Sources and numbers may be
  /// permuted in any way: all are moved before any is overwritten.
  Command& descriptor(int number, Stdio stdio);

  /// Signals that the program starts with blocked.
  Command& block_signals(std::initializer_list<int> signals);
  /// Signals that the program starts with ignored.
  Command& ignore_signals(std::initializer_list<int> signals);
  /// The calling thread's signal mask instead of an empty one.
  Command& inherit_signal_mask();
  /// Leaves ignored what the caller ignores, as nohup(1) needs it.
  Command& inherit_ignored_signals();

  /// Holds for the files that the launch creates, too.
  Command& umask(mode_t mask);
  /// Makes the child the leader of a new session (setsid(2)).
  Command& new_session();
  /// Puts the child into a process group; 0 makes one of its own (setpgid(2)).
  Command& process_group(pid_t group = 0);

  /// Refuses to launch by an engine that is less than this.
  Command& require(Engine engine);
  /// How long the launch itself may take: a child that has not executed the
  /// program by then is killed, and the launch fails. By default no limit.
  Command& launch_deadline(Duration limit);

  /// The system calls that the child would make now, in order; launches nothing.
  ///
  /// Errors: bad input is told in the text.
  std::string explain() const;

  /// Launches the program and waits until it runs or is known not to.
  ///
  /// The calling thread sleeps meanwhile, and no other thread waits for it.
  /// Errors: `LaunchError`, with the step, its subject and the kernel's errno.
  /// Nothing is left behind then: no process, descriptor or memory.
  /// Cost: flat in memory and descriptors with the engine `shared_table`.
  Child spawn() const;
  std::expected<Child, LaunchError> try_spawn() const;

  /// Starts the launch and returns as soon as the child exists.
  ///
  /// Requires: borrowed descriptors stay open until the launch is done, unless
  /// they are mailed (engine `shared_table`); the caller's environment strings
  /// stay unchanged.
  /// Errors: as `spawn`, as far as they are known before there is a child.
  Launch start() const;
  std::expected<Launch, LaunchError> try_start() const;

  /// Launches, captures standard output and error, and waits for the end.
  ///
  /// Streams that the command sets itself are not captured; standard input is
  /// /dev/null unless set. Both streams are read at once.
  /// Errors: as `spawn`; a program that fails is a result, not an error.
  Output output(const OutputOptions& options = {}) const;
  std::expected<Output, LaunchError> try_output(const OutputOptions& options = {}) const;

  /// Launches and waits for the end.
  ExitStatus run() const { return spawn().wait(); }

 private:
  struct State;
  State& change();

  std::unique_ptr<State> state_;
};

}  // namespace forklift
