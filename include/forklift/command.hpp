// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <linux/filter.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <expected>
#include <forklift/capability_set.hpp>
#include <forklift/cgroup.hpp>
#include <forklift/child.hpp>
#include <forklift/engine.hpp>
#include <forklift/error.hpp>
#include <forklift/export.hpp>
#include <forklift/landlock.hpp>
#include <forklift/launch.hpp>
#include <forklift/limit.hpp>
#include <forklift/namespaces.hpp>
#include <forklift/output.hpp>
#include <forklift/scheduling.hpp>
#include <forklift/stdio.hpp>
#include <forklift/terminal.hpp>
#include <initializer_list>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

namespace forklift {

/// A program to launch and the attributes of its process.
///
/// By default the child inherits standard input, output and error and no other
/// descriptor, has an empty signal mask and no ignored signals, and the program
/// is searched in PATH if its name has no slash. (The set of signals that the
/// caller ignores is cached for 1 ms: a signal that it began to ignore just
/// before may stay ignored.)
///
/// A value: copies are independent and cheap, and a command can be launched any
/// number of times. A command that was moved from is empty: it can be assigned
/// and set, and launching it is an error of the step `program`. The first launch
/// compiles the command; later launches, also of copies, reuse the result.
/// Setters check nothing; the launch reports bad input.
/// The order of setters does not matter: the child applies attributes in the
/// order of docs/attributes.md. No attribute changes the caller.
/// Threads: launches (the const functions) from many threads at once; setters
/// from one.
class FORKLIFT_EXPORT Command {
 public:
  using Duration = std::chrono::nanoseconds;

  /// A name with a slash is a path, relative to the child's directory; any other
  /// name is searched in the PATH that the command sets, or else in the caller's.
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
  /// Starts from an empty environment, even if `environment` sets another one.
  Command& env_clear();
  /// Starts from these entries instead of the caller's environment: in this order
  /// and unchanged, even if a key occurs twice or has no "=".
  Command& environment(std::vector<std::string> entries);

  /// The child's working directory.
  Command& directory(std::string path);
  /// The same by a descriptor of the caller's, borrowed until the launch returns.
  Command& directory(int descriptor);

  Command& in(Stdio stdio) { return descriptor(0, std::move(stdio)); }
  Command& out(Stdio stdio) { return descriptor(1, std::move(stdio)); }
  Command& err(Stdio stdio) { return descriptor(2, std::move(stdio)); }
  /// Sets the child's descriptor `number`. Sources and numbers may be permuted in
  /// any way: all sources are moved before any is overwritten.
  Command& descriptor(int number, Stdio stdio);

  /// Signals that the program starts with blocked.
  Command& block_signals(std::initializer_list<int> signals);
  /// Signals that the program starts with ignored.
  Command& ignore_signals(std::initializer_list<int> signals);
  /// The calling thread's signal mask instead of an empty one.
  Command& inherit_signal_mask();
  /// Keeps ignoring the signals that the caller ignores, as nohup(1) requires.
  Command& inherit_ignored_signals();

  /// Applies to the files that the launch creates, too.
  Command& umask(mode_t mask);
  /// Makes the child the leader of a new session (setsid(2)).
  Command& new_session();
  /// Puts the child into a process group; 0 makes one of its own (setpgid(2)).
  Command& process_group(pid_t group = 0);

  // --- identity (credentials(7)) ---

  /// Real, effective and saved user id, with its group from the user database
  /// unless `group` is set. The supplementary groups are dropped unless
  /// `groups` or `keep_groups` is set.
  ///
  /// Errors: a user without an entry needs `group`; -1 is refused, since the
  /// kernel takes it for "unchanged". The same applies to all ids.
  Command& user(uid_t id);
  /// A user by name, or by a number as text: also its group and, unless set
  /// otherwise, its supplementary groups, as at a login.
  Command& user(std::string name);
  /// Real, effective and saved group id.
  Command& group(gid_t id);
  Command& group(std::string name);
  /// The supplementary groups.
  Command& groups(std::vector<gid_t> ids);
  Command& keep_groups();
  Command& capabilities(CapabilitySets sets);
  /// Programs that the child executes gain no privileges (PR_SET_NO_NEW_PRIVS).
  Command& no_new_privileges();
  /// The SECBIT_* of <linux/securebits.h> (capabilities(7)).
  Command& securebits(unsigned bits);

  // --- limits and scheduling ---

  /// Soft and hard limit (setrlimit(2)). `descriptors` may be lower than a
  /// descriptor number of the child.
  Command& limit(Resource resource, Limit limit);
  /// Both limits.
  Command& limit(Resource resource, std::uint64_t both) {
    return limit(resource, Limit{both, both});
  }
  /// The nice value itself, -20 to 19 (setpriority(2)).
  Command& nice(int value);
  Command& scheduling(Scheduling scheduling);
  /// The processors that the child may run on (sched_setaffinity(2)).
  Command& cpus(std::vector<int> numbers);
  Command& io_priority(IoPriority priority);
  /// How readily the kernel kills it when memory runs out: -1000 to 1000.
  Command& oom_score(int value);
  /// The delay that the kernel may add to its timers, at least 1 ns.
  Command& timer_slack(Duration slack);
  /// Whether its memory may be huge pages (PR_SET_THP_DISABLE).
  Command& huge_pages(bool allowed);
  Command& memory_policy(MemoryPolicy policy);

  // --- namespaces and root (namespaces(7)) ---

  /// Creates the child in new namespaces of these kinds. Later mounts in a new
  /// mount namespace stay inside it.
  Command& new_namespaces(std::initializer_list<Namespace> kinds);
  Command& new_namespace(Namespace kind);
  /// The ids of its new user namespace; `IdMaps::root_is_caller` by default.
  Command& id_maps(IdMaps maps);
  /// The offsets of the clocks of its new time namespace from ours
  /// (CLOCK_MONOTONIC and CLOCK_BOOTTIME, time_namespaces(7)).
  Command& clock_offsets(Duration monotonic, Duration boottime);
  /// Joins a namespace by a descriptor (setns(2)), borrowed until the launch
  /// returns: one of /proc/PID/ns, or a pidfd for the kinds of `kind`.
  Command& join_namespace(int descriptor, Namespace kind);
  /// The host name; requires a new or joined uts namespace.
  Command& hostname(std::string name);
  /// Changes its root directory (chroot(2)); its directory is relative to that.
  Command& root(std::string path);
  /// The same by pivot_root(2), which leaves no way back; requires a new mount
  /// namespace.
  Command& pivot_root(std::string path);
  /// Mounts a new /proc; requires new mount and pid namespaces.
  Command& mount_proc();

  // --- sandbox ---

  /// A filter for its system calls (seccomp(2)), installed as the last step
  /// before exec. It must allow execve(2).
  ///
  /// Requires: `no_new_privileges`, or CAP_SYS_ADMIN.
  Command& seccomp(std::vector<sock_filter> filter);
  /// Restricts the child by Landlock. Requires: `no_new_privileges`, or
  /// CAP_SYS_ADMIN.
  Command& landlock(Landlock rules);
  /// The same by a ruleset's descriptor, borrowed until the launch returns.
  Command& landlock(int ruleset);

  // --- cgroup, terminal, life ---

  Command& cgroup(Cgroup cgroup);
  /// Creates a pseudoterminal: it becomes those standard streams that are not set,
  /// and the controlling terminal of a new session. `Child::terminal` is our end.
  /// `output` reads it: what the terminal gets is `Output::out`.
  Command& pty(WindowSize size = {});
  /// Makes the child's descriptor `number` its controlling terminal; implies
  /// `new_session`.
  Command& controlling_terminal(int number = 0);
  /// Puts the child's process group into the foreground of its terminal.
  Command& foreground(int number = 0);
  /// Kills the child when this process ends, however it ends.
  ///
  /// The end of the process counts, not the end of the launching thread.
  /// `Child::guarantees` returns how the kernel enforces it. A child tied by its
  /// pidfd (ParentDeath::pidfd) also dies when its released pidfd is closed, and
  /// has no resource usage, because the kernel reaps it.
  /// Cost: a thread of the library, which creates the child and lives until it ends.
  Command& die_with_parent(int signal = 9);

  /// Refuses to launch with an engine below this one.
  Command& require(Engine engine);
  /// Permits a launch by `fork` where an attribute needs a second stage and the
  /// kernel forbids it (vm.memfd_noexec); otherwise such a launch is refused.
  Command& allow_fork();
  /// Runs a file with /bin/sh if it is executable but the kernel does not
  /// recognise it (ENOEXEC): a script without `#!`, as execvp(3), env(1) and the
  /// shell do. Otherwise such a launch fails.
  Command& allow_shell();
  /// Limits the time of the launch itself: a child that has not executed the
  /// program by then is killed, and the launch fails. Default: no limit; 10 s if
  /// the child changes its user, since that user could stop it before exec.
  Command& launch_deadline(Duration limit);

  /// Lists the system calls that the child would make now, in order; launches
  /// nothing.
  ///
  /// Errors: the text reports bad input.
  std::string explain() const;

  /// Launches the program and waits until it runs or has failed to.
  ///
  /// The calling thread sleeps meanwhile; no other thread waits for it.
  /// Errors: `LaunchError`, with the step, its subject and the kernel's errno.
  /// A failed launch leaves nothing behind: no process, descriptor or memory.
  /// Cost: flat in memory and descriptors with the engine `shared_table`.
  Child spawn() const;
  std::expected<Child, LaunchError> try_spawn() const;

  /// Starts the launch and returns as soon as the child exists.
  ///
  /// Requires: borrowed descriptors stay open until the launch is done, unless
  /// they are mailed (engine `shared_table`); the caller's environment strings
  /// stay unchanged.
  /// Errors: those of `spawn` that occur before the child exists.
  /// Cost: `Notice::hang_up` adds a pipe and two steps of the child.
  Launch start(Notice notice = Notice::none) const;
  std::expected<Launch, LaunchError> try_start(Notice notice = Notice::none) const;

  /// Launches, captures standard output and error, and waits for the end.
  ///
  /// Streams that the command sets are not captured. With `pty`, the others are
  /// the terminal, which is captured as `out`. Standard input is
  /// `options.input`, or /dev/null if neither sets it. All streams are served at
  /// the same time.
  /// Errors: those of `spawn` and `Child::communicate`; nothing is launched if a
  /// file cannot be opened. A program that fails is a result, not an error.
  /// Cost: as a loop of read(2) on a pipe of 1 MiB: pipes with much data are
  /// enlarged to that size.
  Output output(const OutputOptions& options = {}) const;
  std::expected<Output, LaunchError> try_output(const OutputOptions& options = {}) const;

  /// Launches and waits for the end.
  ExitStatus run() const { return spawn().wait(); }

 private:
  friend class Pipeline;
  friend class OperationState;
  struct State;
  State& change();
  const std::string& program() const noexcept;
  /// The setting of a descriptor number; null if there is none.
  const Stdio* stdio(int number) const noexcept;
  /// The reason why the input cannot be written to standard input, if any.
  std::optional<LaunchError> refuses(const Input& input) const;
  /// Starts a launch as `output` does.
  std::expected<Launch, LaunchError> start_output(const OutputOptions& options,
                                                  Notice notice) const;

  std::shared_ptr<State> state_;
};

}  // namespace forklift
