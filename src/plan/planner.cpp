// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Turns an order into the list of system calls that the child will make. Each
// member function of `Planner` adds the calls of one step; `plan` is the order
// of steps.

#include "plan/planner.hpp"

#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <set>

#include "kernel/signal_name.hpp"
#include "plan/resource_limit_steps.hpp"
#include "plan/callers_path.hpp"
#include "plan/checks.hpp"
#include "plan/descriptor_steps.hpp"
#include "plan/identity_steps.hpp"
#include "plan/plan_builder.hpp"
#include "types/quote.hpp"
#include "plan/sandbox_steps.hpp"
#include "plan/second_stage.hpp"
#include "plan/session_steps.hpp"
#include "plan/signal_steps.hpp"
#include "plan/streams.hpp"
#include "plan/isolation_steps.hpp"

namespace forklift::launch {
namespace {

// A child that becomes another user can be stopped by that user on its way.
constexpr std::chrono::seconds stoppable_launch{10};

class Planner {
 public:
  Planner(const Order& order, const Situation& now, const std::vector<Stream>& streams,
          const ResolvedIdentity& identity)
      : order_(order), now_(now), identity_(identity), descriptors_(build_, order, now, streams) {}

  // The order of the steps; docs/attributes.md tells the reasons.
  std::unique_ptr<Prepared> plan() {
    set_up();
    descriptors_.gather();
    descriptors_.announce_end();
    descriptors_.leave_table();
    descriptors_.receive();
    descriptors_.wait_in_window();
    wait_at_gate();
    descriptors_.keep_report_pipe();
    set_umask();
    descriptors_.open_files();
    descriptors_.open_program();
    descriptors_.put_into_place();
    join_cgroup();
    add_session(build_, order_, descriptors_);
    add_scheduling(build_, order_.bounds);
    add_memory_policy(build_, order_.bounds);
    add_limits(build_, order_.bounds);
    if (now_.extra.second_stage) begin_second_stage();
    add_memory_settings(build_, order_.bounds);
    add_joins(build_, order_.surroundings, descriptors_);
    add_clock(build_, order_.surroundings);
    add_surroundings(build_, order_.surroundings);
    change_directory();
    landlock_.make_rulesets();
    descriptors_.close_others();
    add_descriptor_limit(build_, order_.bounds);
    add_identity(build_, order_, identity_);
    give_up_privileges();
    die_with_parent();
    add_dispositions(build_, order_, now_);
    landlock_.restrict();
    descriptors_.lock_report();
    if (now_.extra.second_stage) report();
    add_mask(build_, order_, now_);
    add_seccomp(build_, order_.sandbox);
    execute();
    return build_.finish();
  }

 private:
  void set_up() {
    prepared_.program = order_.program;
    prepared_.engine = now_.engine;
    prepared_.deadline = order_.deadline;
    if (!order_.deadline && identity_.user) prepared_.deadline = stoppable_launch;
    prepared_.window = order_.pty;
    for (const auto& [descriptor, kind] : order_.surroundings.joined) {
      if (kind == Namespace::pid) prepared_.pid_namespace = descriptor;
    }
    prepared_.cgroup = order_.cgroup;
    prepared_.joins_cgroup = now_.extra.joins_cgroup;
    prepared_.namespaces = clone_flags(order_.surroundings.made);
    prepared_.no_new_privileges = order_.identity.no_new_privileges;
    prepared_.pollable = order_.pollable;
    prepared_.leads_group = leads_group(order_);
    prepared_.handlers_cleared = now_.handlers_cleared;
    prepared_.ignored = now_.ignored;
    prepared_.callers_mask = now_.mask;
    prepared_.parent = now_.parent;
    prepared_.standard = now_.standard;
    prepared_.callers = now_.callers;
    const auto stack = order_.bounds.limits.find(Resource::stack);
    if (stack != order_.bounds.limits.end()) prepared_.stack = stack->second.soft;
    if (now_.path) prepared_.path = now_.path;
    if (order_.clear_environment || order_.environment_start || !order_.environment.empty()) {
      prepared_.environment.emplace(order_, now_.environment);
    }
  }

  // The parent maps the ids of a new user namespace while the child waits.
  void wait_at_gate() {
    if (!order_.surroundings.made.contains(Namespace::user)) return;
    prepared_.id_maps = order_.surroundings.id_maps.value_or(IdMaps::root_is_caller());
    build_.name_cell(offsetof(Frame, gate), "gate");
    build_
        .add(Step::gate, "until its ids are mapped", SYS_futex,
             {place(offsetof(Frame, gate)), value(FUTEX_WAIT), value(0)})
        .kind = Kind::gate;
  }

  // From here on the child is on memory of its own.
  void begin_second_stage() {
    build_.name_cell(offsetof(Frame, environment), "environment");
    Call& start = build_.add(Step::second_stage, "", SYS_execveat,
                             {number(descriptors_.second_stage_cell()),
                              build_.text(""),
                              {0, From::texts},
                              word(offsetof(Frame, environment)),
                              value(AT_EMPTY_PATH)});
    start.kind = Kind::exec;
    start.most = start.also = start.least = 1;
    prepared_.second_stage = static_cast<int>(prepared_.calls.size());
    prepared_.tell = descriptors_.number_of(Need::report);
    descriptors_.mark_report();
  }

  void set_umask() {
    if (!order_.umask) return;
    char octal[8];
    std::snprintf(octal, sizeof octal, "%04o", *order_.umask & 0777U);
    build_.add(Step::umask, octal, SYS_umask, {value(*order_.umask)});
  }

  void change_directory() {
    if (order_.directory_descriptor) {
      build_.add(Step::directory, "descriptor " + std::to_string(*order_.directory_descriptor),
                 SYS_fchdir, {value(descriptors_.number_of(Need::directory))});
    }
    if (order_.directory) {
      build_.add(Step::directory, quote(*order_.directory), SYS_chdir,
                 {build_.text(callers_path(*order_.directory))});
    }
  }

  // Where the clone cannot make the child in its cgroup (Linux 5.7).
  void join_cgroup() {
    if (!now_.extra.joins_cgroup) return;
    build_.write_file(Step::cgroup, "cgroup.procs", "0", descriptors_.number_of(Need::cgroup));
  }

  void give_up_privileges() {
    if (!order_.identity.no_new_privileges) return;
    build_.add(Step::privileges, "", SYS_prctl,
               {value(PR_SET_NO_NEW_PRIVS), value(1), value(0), value(0), value(0)});
  }

  // After the credentials, whose change would undo it. A parent that ended
  // before is found out by its child having another; one in a pid namespace
  // above is seen as 0.
  void die_with_parent() {
    if (!order_.dies_with_parent) return;
    build_.add(Step::parent_death, kernel::signal_name(*order_.dies_with_parent), SYS_prctl,
               {value(PR_SET_PDEATHSIG), value(*order_.dies_with_parent)});
    const bool apart = order_.surroundings.made.contains(Namespace::pid);
    Call& check = build_.add(Step::parent_death, "the parent lives", SYS_getppid, {});
    check.least = check.most = check.also = apart ? 0 : *now_.parent;
  }

  // Says that nothing has failed so far: what comes after can only be exec.
  void report() {
    prepared_.ready = static_cast<int>(prepared_.calls.size());
    build_.name_cell(offsetof(Frame, outcome), "outcome");
    build_.add(Step::report, "the way is free", SYS_write,
               {value(prepared_.tell), place(offsetof(Frame, outcome)), value(sizeof(Outcome))});
  }

  void execute() {
    prepared_.argv.push_back(build_.keep(order_.argv0.value_or(order_.program)));
    for (const std::string& argument : order_.arguments)
      prepared_.argv.push_back(build_.keep(argument));
    prepared_.argv.push_back(nullptr);
    if (!now_.extra.second_stage) prepared_.ready = static_cast<int>(prepared_.calls.size());
    build_.name_cell(offsetof(Frame, environment), "environment");
    if (now_.extra.own_program) {
      execute_own_program();
    } else if (order_.program.find('/') != std::string::npos) {
      add_exec(callers_path(order_.program), Kind::exec);
    } else {
      search_path();
    }
  }

  void execute_own_program() {
    Call& call = build_.add(Step::exec, quote(order_.program), SYS_execveat,
                            {value(descriptors_.number_of(Need::program)),
                             build_.text(""),
                             {reinterpret_cast<long>(prepared_.argv.data()), From::texts},
                             word(offsetof(Frame, environment)),
                             value(AT_EMPTY_PATH)});
    call.kind = Kind::exec;
    call.most = call.also = call.least = 1;
  }

  void search_path() {
    const char* const own = prepared_.environment ? prepared_.environment->own("PATH") : nullptr;
    const char* const callers = now_.path ? now_.path : "/bin:/usr/bin";  // as execvp(3)
    prepared_.searched = own ? own : callers;
    std::set<std::string> seen;  // many a PATH names a folder twice
    for (std::size_t at = 0; at <= prepared_.searched.size();) {
      const std::size_t end = std::min(prepared_.searched.find(':', at), prepared_.searched.size());
      const std::string folder = prepared_.searched.substr(at, end - at);
      const bool is_new = seen.insert(folder).second;
      if (is_new) {
        add_exec(folder.empty() ? order_.program : folder + "/" + order_.program, Kind::search);
      }
      at = end + 1;
    }
  }

  void add_exec(const std::string& path, Kind kind) {
    Call& call = build_.add(Step::exec, quote(path), SYS_execve,
                            {build_.text(path),
                             {reinterpret_cast<long>(prepared_.argv.data()), From::texts},
                             word(offsetof(Frame, environment))});
    call.kind = kind;
    call.most = call.also = call.least = 1;  // exec does not return
    if (order_.allow_shell) add_shell(path);
  }

  // As execvp(3) does with a file that is no program. Each place has a list of
  // its own, as children may share them; the second stage makes do with one.
  void add_shell(const std::string& path) {
    constexpr const char* shell = "/bin/sh";
    const Argument script = build_.text(path);
    auto& argv = prepared_.shell_argvs.emplace_back(prepared_.argv);
    argv.front() = reinterpret_cast<const char*>(script.value);
    argv.insert(argv.begin(), build_.keep(shell));
    Call& call = build_.add(Step::exec, quote(path) + " by " + shell, SYS_execve,
                            {build_.text(shell),
                             {reinterpret_cast<long>(argv.data()), From::texts},
                             word(offsetof(Frame, environment))});
    call.arguments[script_path] = script;
    call.kind = Kind::script;
    call.most = call.also = call.least = 1;
  }

  const Order& order_;
  const Situation& now_;
  const ResolvedIdentity& identity_;
  PlanBuilder build_;
  Prepared& prepared_ = build_.prepared();
  DescriptorSteps descriptors_;
  LandlockSteps landlock_{build_, order_.sandbox, descriptors_};
};

}  // namespace

std::expected<std::unique_ptr<Prepared>, Failure> prepare(const Order& order,
                                                          const Situation& now) {
  if (auto bad = find_bad_input(order)) return std::unexpected(std::move(*bad));
  auto streams = resolve_streams(order, now.extra, now.standard);
  if (!streams) return std::unexpected(std::move(streams.error()));
  auto identity = resolve_identity(order);
  if (!identity) return std::unexpected(std::move(identity.error()));
  auto prepared = Planner(order, now, *streams, *identity).plan();
  if (prepared->second_stage) {
    if (auto failure = hand_over(*prepared)) return std::unexpected(std::move(*failure));
  }
  return prepared;
}

}  // namespace forklift::launch
