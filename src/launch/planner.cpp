// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Turns an order into the list of system calls that the child will make. Each
// member function of `Planner` adds the calls of one step; `plan` is the order
// of steps.

#include "launch/planner.hpp"

#include <signal.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <set>

#include "kernel/disposition.hpp"
#include "kernel/ignored_signals.hpp"
#include "kernel/signal_name.hpp"
#include "launch/checks.hpp"
#include "launch/descriptor_steps.hpp"
#include "launch/plan_builder.hpp"
#include "launch/quote.hpp"
#include "launch/streams.hpp"

namespace forklift::launch {
namespace {

// What the child points rt_sigaction(2) at.
const kernel::Disposition by_default{SIG_DFL, 0, nullptr, 0};
const kernel::Disposition ignored{SIG_IGN, 0, nullptr, 0};

class Planner {
 public:
  Planner(const Order& order, const Situation& now, const std::vector<Stream>& streams)
      : order_(order), now_(now), descriptors_(build_, order, now, streams) {}

  std::unique_ptr<Prepared> plan() {
    set_up();
    descriptors_.gather();
    descriptors_.announce_end();
    descriptors_.leave_table();
    descriptors_.receive();
    descriptors_.wait_in_window();
    descriptors_.keep_report_pipe();
    set_umask();
    descriptors_.open_files();
    descriptors_.put_into_place();
    change_directory();
    descriptors_.close_others();
    join_session();
    set_signals();
    execute();
    return build_.finish();
  }

 private:
  void set_up() {
    prepared_.program = order_.program;
    prepared_.engine = now_.engine;
    prepared_.deadline = order_.deadline;
    prepared_.mask = order_.mask;
    prepared_.inherit_mask = order_.inherit_mask;
    prepared_.handlers_cleared = now_.handlers_cleared;
    prepared_.ignored = now_.ignored;
    if (now_.path) prepared_.path = now_.path;
    if (order_.clear_environment || !order_.environment.empty()) {
      prepared_.environment.emplace(order_, now_.environment);
    }
  }

  void set_umask() {
    if (!order_.umask) return;
    char octal[8];
    std::snprintf(octal, sizeof octal, "%04o", *order_.umask & 0777U);
    build_.add(Step::umask, octal, SYS_umask, {value(*order_.umask)});
  }

  void change_directory() {
    if (order_.directory_descriptor) {
      const Source& source = prepared_.sources.back();
      build_.add(Step::directory, name_of(source), SYS_fchdir, {number(source.cell)});
    }
    if (order_.directory) {
      build_.add(Step::directory, quote(*order_.directory), SYS_chdir,
                 {build_.text(*order_.directory)});
    }
  }

  void join_session() {
    if (order_.new_session) build_.add(Step::session, "", SYS_setsid, {});
    if (order_.process_group) {
      build_.add(Step::group, std::to_string(*order_.process_group), SYS_setpgid,
                 {value(0), value(*order_.process_group)});
    }
  }

  void set_disposition(int signal, const kernel::Disposition& disposition) {
    const char* const how = disposition.handler == SIG_IGN ? " ignored" : " to default";
    build_.add(Step::signal, kernel::signal_name(signal) + how, SYS_rt_sigaction,
               {value(signal), value(reinterpret_cast<long>(&disposition)), value(0),
                value(sizeof(kernel::SignalSet))});
  }

  // CLONE_CLEAR_SIGHAND has reset what was caught and left what was ignored.
  // Without it every signal is reset: a handler that ran in the child would
  // run on our memory.
  void set_signals() {
    kernel::SignalSet kept_ignored = order_.ignored;
    kernel::SignalSet reset = now_.ignored | kernel::ignored_realtime_signals();
    if (order_.inherit_ignored) {
      kept_ignored |= kernel::ignored_standard_signals() | kernel::ignored_realtime_signals();
      reset = 0;
    }
    if (!now_.handlers_cleared) reset = ~kernel::SignalSet{0};
    for (int signal = 1; signal <= kernel::last_signal; ++signal) {
      if (signal == SIGKILL || signal == SIGSTOP) continue;
      const kernel::SignalSet bit = kernel::signal_bit(signal);
      if (order_.ignored & bit) {
        set_disposition(signal, ignored);
      } else if (reset & ~kept_ignored & bit) {
        set_disposition(signal, by_default);
      }
    }
    build_.name_cell(offsetof(Frame, mask), "mask");
    build_.add(Step::signal, "mask", SYS_rt_sigprocmask,
               {value(SIG_SETMASK), place(offsetof(Frame, mask)), value(0),
                value(sizeof(kernel::SignalSet))});
  }

  void execute() {
    prepared_.argv.push_back(build_.keep(order_.argv0.value_or(order_.program)));
    for (const std::string& argument : order_.arguments)
      prepared_.argv.push_back(build_.keep(argument));
    prepared_.argv.push_back(nullptr);
    prepared_.first_exec = static_cast<int>(prepared_.calls.size());
    build_.name_cell(offsetof(Frame, environment), "environment");
    if (order_.program.find('/') != std::string::npos) {
      add_exec(order_.program, Kind::exec);
    } else {
      search_path();
    }
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
  }

  const Order& order_;
  const Situation& now_;
  PlanBuilder build_;
  Prepared& prepared_ = build_.prepared();
  DescriptorSteps descriptors_;
};

}  // namespace

std::expected<std::unique_ptr<Prepared>, Failure> prepare(const Order& order,
                                                          const Situation& now) {
  if (auto bad = find_bad_input(order)) return std::unexpected(std::move(*bad));
  auto streams = resolve_streams(order);
  if (!streams) return std::unexpected(std::move(streams.error()));
  return Planner(order, now, *streams).plan();
}

}  // namespace forklift::launch
