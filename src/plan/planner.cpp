// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Turns a spec into the list of system calls that the child will make. Each
// member function of `Planner` adds the calls of one step; `plan` has the order
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

// A child that becomes another user can be stopped by that user before exec.
constexpr std::chrono::seconds stoppable_launch{10};

IdMaps root_is(const CallerState& now) {
  return {.users = {{0, now.ids->user, 1}}, .groups = {{0, now.ids->group, 1}}};
}

class Planner {
 public:
  Planner(const LaunchSpec& spec, const CallerState& now, const std::vector<Stream>& streams,
          const ResolvedIdentity& identity)
      : spec_(spec), now_(now), identity_(identity), descriptors_(build_, spec, now, streams) {}

  // The order of the steps; docs/attributes.md has the reasons.
  std::unique_ptr<CompiledPlan> plan() {
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
    descriptors_.make_blocking();
    join_cgroup();
    add_session(build_, spec_, descriptors_);
    add_scheduling(build_, spec_.resource_limits, now_);
    add_memory_policy(build_, spec_.resource_limits);
    add_limits(build_, spec_.resource_limits, now_);
    if (now_.extra.second_stage) begin_second_stage();
    add_memory_settings(build_, spec_.resource_limits);
    add_joins(build_, spec_.isolation, descriptors_);
    add_clock(build_, spec_.isolation);
    add_surroundings(build_, spec_.isolation, now_);
    change_directory();
    landlock_.make_rulesets();
    descriptors_.close_others();
    add_descriptor_limit(build_, spec_.resource_limits, now_);
    add_identity(build_, spec_, now_, identity_);
    give_up_privileges();
    die_with_parent();
    add_dispositions(build_, spec_, now_);
    landlock_.restrict();
    descriptors_.lock_report();
    if (now_.extra.second_stage) report();
    add_mask(build_, spec_, now_);
    add_seccomp(build_, spec_.sandbox);
    execute();
    return build_.finish();
  }

 private:
  void set_up() {
    compiled_.program = spec_.program;
    compiled_.engine = now_.engine;
    compiled_.deadline = spec_.deadline;
    if (!spec_.deadline && identity_.user) compiled_.deadline = stoppable_launch;
    compiled_.window = spec_.pty;
    for (const auto& [descriptor, kind] : spec_.isolation.joined) {
      if (kind == Namespace::pid) compiled_.pid_namespace = descriptor;
    }
    compiled_.cgroup = spec_.cgroup;
    compiled_.joins_cgroup = now_.extra.joins_cgroup;
    compiled_.namespaces = clone_flags(spec_.isolation.made);
    compiled_.no_new_privileges = spec_.identity.no_new_privileges;
    compiled_.pollable = spec_.pollable;
    compiled_.leads_group = leads_group(spec_);
    const auto stack = spec_.resource_limits.by_resource.find(Resource::stack);
    if (stack != spec_.resource_limits.by_resource.end()) compiled_.stack = stack->second.soft;
    if (spec_.clear_environment || spec_.environment_start || !spec_.environment.empty()) {
      compiled_.environment.emplace(spec_, now_.environment);
    }
  }

  // The parent maps the ids of a new user namespace while the child waits.
  void wait_at_gate() {
    if (!spec_.isolation.made.contains(Namespace::user)) return;
    compiled_.id_maps = spec_.isolation.id_maps.value_or(root_is(now_));
    build_.name_cell(offsetof(Frame, gate), "gate");
    build_
        .add(Step::gate, "until its ids are mapped", SYS_futex,
             {place(offsetof(Frame, gate)), value(FUTEX_WAIT), value(0)})
        .kind = CallKind::gate;
  }

  // From here on the child runs on memory of its own.
  void begin_second_stage() {
    build_.name_cell(offsetof(Frame, environment), "environment");
    Call& start = build_.add(Step::second_stage, "", SYS_execveat,
                             {number(descriptors_.second_stage_cell()),
                              build_.text(""),
                              {0, From::texts},
                              word(offsetof(Frame, environment)),
                              value(AT_EMPTY_PATH)});
    start.kind = CallKind::exec;
    start.most = start.also = start.least = 1;
    compiled_.second_stage = static_cast<int>(compiled_.calls.size());
    compiled_.tell = descriptors_.number_of(ExtraFd::report);
    descriptors_.mark_report();
  }

  void set_umask() {
    if (!spec_.umask) return;
    char octal[8];
    std::snprintf(octal, sizeof octal, "%04o", *spec_.umask & 0777U);
    build_.add(Step::umask, octal, SYS_umask, {value(*spec_.umask)});
  }

  void change_directory() {
    if (spec_.directory_descriptor) {
      build_.add(Step::directory, "descriptor " + std::to_string(*spec_.directory_descriptor),
                 SYS_fchdir, {value(descriptors_.number_of(ExtraFd::directory))});
    }
    if (spec_.directory) {
      build_.add(Step::directory, quote(*spec_.directory), SYS_chdir,
                 {build_.text(callers_path(*spec_.directory, now_.links))});
    }
  }

  // Where the clone cannot create the child in its cgroup (Linux 5.7).
  void join_cgroup() {
    if (!now_.extra.joins_cgroup) return;
    build_.write_file(Step::cgroup, "cgroup.procs", "0", descriptors_.number_of(ExtraFd::cgroup));
  }

  void give_up_privileges() {
    if (!spec_.identity.no_new_privileges) return;
    build_.add(Step::privileges, "", SYS_prctl,
               {value(PR_SET_NO_NEW_PRIVS), value(1), value(0), value(0), value(0)});
  }

  // After the credentials, whose change would undo it. If the parent ended
  // before, the child has another parent, which shows; a parent in an outer pid
  // namespace appears as 0.
  void die_with_parent() {
    if (!spec_.dies_with_parent) return;
    build_.add(Step::parent_death, kernel::signal_name(*spec_.dies_with_parent), SYS_prctl,
               {value(PR_SET_PDEATHSIG), value(*spec_.dies_with_parent)});
    const bool apart = spec_.isolation.made.contains(Namespace::pid);
    Call& check = build_.add(Step::parent_death, "the parent lives", SYS_getppid, {});
    check.least = check.most = check.also = apart ? 0 : *now_.parent;
  }

  // Reports that nothing has failed so far: only exec remains.
  void report() {
    compiled_.ready = static_cast<int>(compiled_.calls.size());
    build_.name_cell(offsetof(Frame, outcome), "outcome");
    build_.add(Step::report, "the way is free", SYS_write,
               {value(compiled_.tell), place(offsetof(Frame, outcome)), value(sizeof(Outcome))});
  }

  void execute() {
    compiled_.argv.push_back(build_.keep(spec_.argv0.value_or(spec_.program)));
    for (const std::string& argument : spec_.arguments)
      compiled_.argv.push_back(build_.keep(argument));
    compiled_.argv.push_back(nullptr);
    if (!now_.extra.second_stage) compiled_.ready = static_cast<int>(compiled_.calls.size());
    build_.name_cell(offsetof(Frame, environment), "environment");
    if (now_.extra.own_program) {
      execute_own_program();
    } else if (spec_.program.find('/') != std::string::npos) {
      add_exec(callers_path(spec_.program, now_.links), CallKind::exec);
    } else {
      search_path();
    }
  }

  void execute_own_program() {
    Call& call = build_.add(Step::exec, quote(spec_.program), SYS_execveat,
                            {value(descriptors_.number_of(ExtraFd::program)),
                             build_.text(""),
                             {reinterpret_cast<long>(compiled_.argv.data()), From::texts},
                             word(offsetof(Frame, environment)),
                             value(AT_EMPTY_PATH)});
    call.kind = CallKind::exec;
    call.most = call.also = call.least = 1;
  }

  void search_path() {
    const char* const own = compiled_.environment ? compiled_.environment->own("PATH") : nullptr;
    const char* const callers =
        now_.environment.path() ? now_.environment.path() : "/bin:/usr/bin";  // as in execvp(3)
    compiled_.searched = own ? own : callers;
    std::set<std::string> seen;  // PATH often names a directory twice
    for (std::size_t at = 0; at <= compiled_.searched.size();) {
      const std::size_t end = std::min(compiled_.searched.find(':', at), compiled_.searched.size());
      const std::string folder = compiled_.searched.substr(at, end - at);
      const bool is_new = seen.insert(folder).second;
      if (is_new) {
        add_exec(folder.empty() ? spec_.program : folder + "/" + spec_.program, CallKind::search);
      }
      at = end + 1;
    }
  }

  void add_exec(const std::string& path, CallKind kind) {
    Call& call = build_.add(Step::exec, quote(path), SYS_execve,
                            {build_.text(path),
                             {reinterpret_cast<long>(compiled_.argv.data()), From::texts},
                             word(offsetof(Frame, environment))});
    call.kind = kind;
    call.most = call.also = call.least = 1;  // exec does not return
    if (spec_.allow_shell) add_shell(path);
  }

  // As execvp(3) does with an unrecognised file. Each place has its own list,
  // as children may share them; the second stage needs only one.
  void add_shell(const std::string& path) {
    constexpr const char* shell = "/bin/sh";
    const Argument script = build_.text(path);
    auto& argv = compiled_.shell_argvs.emplace_back(compiled_.argv);
    argv.front() = reinterpret_cast<const char*>(script.value);
    argv.insert(argv.begin(), build_.keep(shell));
    Call& call = build_.add(Step::exec, quote(path) + " by " + shell, SYS_execve,
                            {build_.text(shell),
                             {reinterpret_cast<long>(argv.data()), From::texts},
                             word(offsetof(Frame, environment))});
    call.arguments[script_path] = script;
    call.kind = CallKind::script;
    call.most = call.also = call.least = 1;
  }

  const LaunchSpec& spec_;
  const CallerState& now_;
  const ResolvedIdentity& identity_;
  PlanBuilder build_;
  CompiledPlan& compiled_ = build_.compiled();
  DescriptorSteps descriptors_;
  LandlockSteps landlock_{build_, spec_.sandbox, now_, descriptors_};
};

}  // namespace

std::expected<std::unique_ptr<CompiledPlan>, Failure> prepare(const LaunchSpec& spec,
                                                              const CallerState& now) {
  if (auto bad = check_spec(spec, now)) return std::unexpected(std::move(*bad));
  auto streams = resolve_streams(spec, now.extra, now.standard);
  if (!streams) return std::unexpected(std::move(streams.error()));
  auto identity = resolve_identity(spec);
  if (!identity) return std::unexpected(std::move(identity.error()));
  auto compiled = Planner(spec, now, *streams, *identity).plan();
  compiled->made_for = now;
  compiled->made_for.environment.keep();
  if (compiled->second_stage) {
    if (auto failure = pack_second_stage(*compiled)) return std::unexpected(std::move(*failure));
  }
  return compiled;
}

}  // namespace forklift::launch
