// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Turns an order into the list of system calls that the child will make. Each
// member function of `Planner` adds the calls of one step; `plan` is the order
// of steps. Descriptors go through three states: the parent's (a number known
// to the launch only), waiting (above or between all targets, so that nothing
// lands on a descriptor that is still needed), and in place.

#include "launch/planner.hpp"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstddef>
#include <set>

#include "kernel/disposition.hpp"
#include "kernel/ignored_signals.hpp"
#include "kernel/numbers.hpp"
#include "kernel/probe.hpp"
#include "kernel/raw.hpp"
#include "launch/checks.hpp"
#include "launch/quote.hpp"
#include "launch/streams.hpp"

namespace forklift::launch {
namespace {

// What the child points rt_sigaction(2) at.
const kernel::Disposition by_default{SIG_DFL, 0, nullptr, 0};
const kernel::Disposition ignored{SIG_IGN, 0, nullptr, 0};

constexpr long all_descriptors = 0xffffffffL;

// Of close_each without /proc: a hard limit of a billion would never end.
constexpr long most_descriptors = 1L << 20;

Argument value(long word) { return {word, From::value}; }
Argument number(long cell) { return {cell, From::number}; }
Argument place(std::size_t offset) { return {static_cast<long>(offset), From::place}; }
Argument word(std::size_t offset) { return {static_cast<long>(offset), From::word}; }

std::string signal_name(int signal) {
#ifdef __GLIBC__
  if (const char* const known = ::sigabbrev_np(signal)) return std::string("SIG") + known;
#endif
  return "signal " + std::to_string(signal);
}

// A descriptor of the child on its way: the cell of the frame with its number.
struct Waiting {
  int target;
  long cell;
  std::string what;
};

class Planner {
 public:
  Planner(const Order& order, const Situation& now, std::vector<Stream> streams)
      : order_(order), now_(now), streams_(std::move(streams)) {}

  std::unique_ptr<Prepared> plan() {
    set_up();
    gather_sources();
    announce_end();
    leave_table();
    receive();
    wait_in_window();
    keep_report_pipe();
    set_umask();
    open_files();
    put_into_place();
    change_directory();
    close_others();
    join_session();
    set_signals();
    execute();
    return std::move(out_);
  }

 private:
  bool mails() const { return now_.engine == Engine::shared_table && !out_->sources.empty(); }

  Call& add(Step step, std::string subject, long call, std::initializer_list<Argument> arguments) {
    Call made{.number = call, .step = step};
    std::ranges::copy(arguments, made.arguments);
    out_->calls.push_back(made);
    out_->subjects.push_back(std::move(subject));
    return out_->calls.back();
  }

  const char* keep(std::string content) {
    out_->texts.push_back(std::move(content));
    return out_->texts.back().c_str();
  }

  Argument text(std::string content) {
    return {reinterpret_cast<long>(keep(std::move(content))), From::text};
  }

  long take_room(std::size_t bytes) {
    constexpr std::size_t alignment = alignof(std::max_align_t);
    const std::size_t at = (out_->frame_bytes + alignment - 1) / alignment * alignment;
    out_->frame_bytes = at + bytes;
    return static_cast<long>(at);
  }

  long take_cell(const std::string& what) {
    const long cell = take_room(sizeof(int));
    out_->cell_names.emplace_back(cell, what);
    return cell;
  }

  void set_up() {
    out_->program = order_.program;
    out_->engine = now_.engine;
    out_->deadline = order_.deadline;
    out_->mask = order_.mask;
    out_->inherit_mask = order_.inherit_mask;
    out_->handlers_cleared = now_.handlers_cleared;
    out_->ignored = now_.ignored;
    if (now_.path) out_->path = now_.path;
    if (order_.clear_environment || !order_.environment.empty()) {
      out_->environment.emplace(order_, now_.environment);
    }
  }

  // --- descriptors that the parent brings ------------------------------------

  static Source source_of(const Stream& stream) {
    const Stdio& stdio = *stream.stdio;
    if (stdio.kind() == Stdio::Kind::pipe) {
      const bool reads = stdio.direction() == Stdio::Direction::to_child ||
                         (stdio.direction() == Stdio::Direction::by_number && stream.target == 0);
      return {.kind = reads ? Source::Kind::pipe_to_child : Source::Kind::pipe_from_child,
              .target = stream.target};
    }
    const bool inherits = stdio.kind() == Stdio::Kind::inherit;
    return {.descriptor = inherits ? stream.target : stdio.number(), .target = stream.target};
  }

  static std::string name_of(const Source& source) {
    if (source.kind != Source::Kind::borrowed) return "pipe of " + std::to_string(source.target);
    return "descriptor " + std::to_string(source.descriptor);
  }

  void gather_sources() {
    for (const Stream& stream : streams_) {
      if (!stream.stdio || stream.stdio->kind() == Stdio::Kind::file ||
          stream.stdio->kind() == Stdio::Kind::null) {
        continue;
      }
      out_->sources.push_back(source_of(stream));
    }
    if (order_.directory_descriptor) {
      out_->sources.push_back({.descriptor = *order_.directory_descriptor});
    }
    const auto count = static_cast<int>(out_->sources.size());
    for (int first = 0; mails() && first < count; first += most_in_letter) {
      add_letter(first, std::min(most_in_letter, count - first));
    }
    for (Source& source : out_->sources) {
      if (!mails()) source.cell = take_cell(name_of(source));
    }
    choose_waiting_room();
  }

  void add_letter(int first, int count) {
    const std::size_t bytes = sizeof(int) * static_cast<std::size_t>(count);
    const long at = take_room(sizeof(LetterSpace) + CMSG_SPACE(bytes));
    out_->letters.push_back({at, first, count});
    out_->cell_names.emplace_back(at, "letter");
    for (int i = 0; i < count; ++i) {
      Source& source = out_->sources[static_cast<std::size_t>(first + i)];
      source.cell = at + descriptor_in_letter(i);
      out_->cell_names.emplace_back(source.cell, name_of(source));
    }
  }

  // The report pipe of the `fork` engine, where needed, gets the room's first
  // number; everybody else waits behind it.
  void choose_waiting_room() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const auto waiting = static_cast<int>(streams_.size() + out_->sources.size()) + 1;
    window_ = choose_window(streams_, waiting,
                            static_cast<long>(std::min<rlim_t>(limit.rlim_cur, LONG_MAX)));
    reports_by_pipe_ =
        now_.engine == Engine::fork && !kernel::features().works(kernel::Feature::robust_list);
    if (reports_by_pipe_) report_ = window_.first++;
  }

  // --- the child's first steps -------------------------------------------------

  // A child on a copy of our memory cannot clear a word of ours. The kernel
  // marks a robust futex in shared memory instead; without those, a pipe end
  // that only the child holds closes at exec or exit.
  void announce_end() {
    if (now_.engine != Engine::fork || reports_by_pipe_) return;
    out_->cell_names.emplace_back(offsetof(Frame, robust), "robust list");
    add(Step::report, "robust list", SYS_set_robust_list,
        {place(offsetof(Frame, robust)), value(offsetof(RobustList, node))});
  }

  // The first thing that the child does with descriptors: as long as it shares
  // the table, whatever it closes or moves is its parent's. The kernel copies
  // what lies below the first argument.
  void leave_table() {
    if (now_.engine != Engine::shared_table) return;
    const Argument kept = mails() ? word(offsetof(Frame, kept)) : value(least_kept);
    if (mails()) out_->cell_names.emplace_back(offsetof(Frame, kept), "mailbox + 1, at least 64");
    add(Step::leave, "", kernel::nr_close_range,
        {kept, value(all_descriptors), value(kernel::close_range_unshare)});
  }

  void receive() {
    if (!mails()) return;
    out_->cell_names.emplace_back(offsetof(Frame, mailbox), "mailbox");
    for (const Letter& letter : out_->letters) {
      Call& call =
          add(Step::receive, std::to_string(letter.count) + " descriptors", SYS_recvmsg,
              {number(offsetof(Frame, mailbox)), place(static_cast<std::size_t>(letter.place)),
               value(MSG_DONTWAIT | MSG_CMSG_CLOEXEC)});
      call.least = call.most = call.also = 1;
    }
  }

  void wait_in_window(long cell, std::string what) {
    Call& call = add(Step::descriptor, std::move(what), SYS_fcntl,
                     {number(cell), value(F_DUPFD_CLOEXEC), value(window_.first)});
    call.least = call.also = window_.first;
    call.most = window_.last;
    call.store = static_cast<std::int32_t>(cell);
  }

  void wait_in_window() {
    for (const Source& source : out_->sources) {
      wait_in_window(source.cell, name_of(source));
      if (source.target >= 0) waiting_.push_back({source.target, source.cell, name_of(source)});
    }
  }

  void keep_report_pipe() {
    if (!reports_by_pipe_) return;
    out_->cell_names.emplace_back(offsetof(Frame, report), "report pipe");
    add(Step::report, "pipe", SYS_dup3,
        {number(offsetof(Frame, report)), value(report_), value(O_CLOEXEC)})
        .also = -EINVAL;  // it is there already
  }

  void set_umask() {
    if (!order_.umask) return;
    char octal[8];
    std::snprintf(octal, sizeof octal, "%04o", *order_.umask & 0777U);
    add(Step::umask, octal, SYS_umask, {value(*order_.umask)});
  }

  // --- files, and every descriptor onto its number -----------------------------

  static int open_flags(const Stream& stream) {
    if (stream.stdio->kind() == Stdio::Kind::null) return O_RDWR;
    if (stream.stdio->flags() >= 0) return stream.stdio->flags();
    return stream.target == 0 ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC;
  }

  void open_files() {
    for (const Stream& stream : streams_) {
      if (!stream.stdio) continue;
      const bool null = stream.stdio->kind() == Stdio::Kind::null;
      if (!null && stream.stdio->kind() != Stdio::Kind::file) continue;
      const std::string path = null ? "/dev/null" : stream.stdio->path();
      const long cell = take_cell(quote(path));
      add(Step::open, quote(path), SYS_openat,
          {value(AT_FDCWD), text(path), value(open_flags(stream) | O_CLOEXEC),
           value(stream.stdio->mode())})
          .store = static_cast<std::int32_t>(cell);
      wait_in_window(cell, quote(path));
      waiting_.push_back({stream.target, cell, quote(path)});
    }
  }

  // dup3(2) leaves close-on-exec off, and nobody waits on the number it fills.
  void put_into_place() {
    for (const Waiting& waiting : waiting_) {
      add(Step::descriptor, waiting.what + " onto " + std::to_string(waiting.target), SYS_dup3,
          {number(waiting.cell), value(waiting.target), value(0)});
    }
    for (const Stream& stream : streams_) {
      if (stream.alias_of < 0) continue;
      add(Step::descriptor,
          std::to_string(stream.alias_of) + " onto " + std::to_string(stream.target), SYS_dup3,
          {value(stream.alias_of), value(stream.target), value(0)});
    }
  }

  void change_directory() {
    if (order_.directory_descriptor) {
      const Source& source = out_->sources.back();
      add(Step::directory, name_of(source), SYS_fchdir, {number(source.cell)});
    }
    if (order_.directory) {
      add(Step::directory, quote(*order_.directory), SYS_chdir, {text(*order_.directory)});
    }
  }

  void close_others() {
    std::vector<int> kept;
    for (const Stream& stream : streams_) kept.push_back(stream.target);
    if (reports_by_pipe_) kept.push_back(report_);
    std::ranges::sort(kept);
    long first = 3;
    for (const int target : kept) {
      if (target < first) continue;
      if (target > first) close_range(first, target - 1);
      first = target + 1L;
    }
    close_range(first, all_descriptors);
  }

  // Marked close-on-exec, descriptors are closed by exec after it has let our
  // parent go on; closed here, they would keep it waiting.
  void close_range(long first, long last) {
    const auto& features = kernel::features();
    const unsigned flags =
        features.works(kernel::Feature::mark_cloexec) ? kernel::close_range_cloexec : 0;
    Call& call = add(Step::close, "from " + std::to_string(first) + " on", kernel::nr_close_range,
                     {value(first), value(last), value(flags)});
    if (features.works(kernel::Feature::close_range)) return;
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    call.kind = Kind::close_each;
    call.arguments[2] =
        value(static_cast<long>(std::min<rlim_t>(limit.rlim_max, most_descriptors)));
  }

  // --- session, signals, program -------------------------------------------------

  void join_session() {
    if (order_.new_session) add(Step::session, "", SYS_setsid, {});
    if (order_.process_group) {
      add(Step::group, std::to_string(*order_.process_group), SYS_setpgid,
          {value(0), value(*order_.process_group)});
    }
  }

  void set_disposition(int signal, const kernel::Disposition& disposition) {
    const char* const how = disposition.handler == SIG_IGN ? " ignored" : " to default";
    add(Step::signal, signal_name(signal) + how, SYS_rt_sigaction,
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
    out_->cell_names.emplace_back(offsetof(Frame, mask), "mask");
    add(Step::signal, "mask", SYS_rt_sigprocmask,
        {value(SIG_SETMASK), place(offsetof(Frame, mask)), value(0),
         value(sizeof(kernel::SignalSet))});
  }

  void execute() {
    out_->argv.push_back(keep(order_.argv0.value_or(order_.program)));
    for (const std::string& argument : order_.arguments) out_->argv.push_back(keep(argument));
    out_->argv.push_back(nullptr);
    out_->first_exec = static_cast<int>(out_->calls.size());
    out_->cell_names.emplace_back(offsetof(Frame, environment), "environment");
    if (order_.program.find('/') != std::string::npos) {
      add_exec(order_.program, Kind::exec);
    } else {
      search_path();
    }
  }

  void search_path() {
    const char* const own = out_->environment ? out_->environment->own("PATH") : nullptr;
    const char* const callers = now_.path ? now_.path : "/bin:/usr/bin";  // as execvp(3)
    out_->searched = own ? own : callers;
    std::set<std::string> seen;  // many a PATH names a folder twice
    for (std::size_t at = 0; at <= out_->searched.size();) {
      const std::size_t end = std::min(out_->searched.find(':', at), out_->searched.size());
      const std::string folder = out_->searched.substr(at, end - at);
      const bool is_new = seen.insert(folder).second;
      if (is_new) {
        add_exec(folder.empty() ? order_.program : folder + "/" + order_.program, Kind::search);
      }
      at = end + 1;
    }
  }

  void add_exec(const std::string& path, Kind kind) {
    Call& call = add(Step::exec, quote(path), SYS_execve,
                     {text(path),
                      {reinterpret_cast<long>(out_->argv.data()), From::texts},
                      word(offsetof(Frame, environment))});
    call.kind = kind;
    call.most = call.also = call.least = 1;  // exec does not return
  }

  const Order& order_;
  const Situation& now_;
  const std::vector<Stream> streams_;
  std::unique_ptr<Prepared> out_ = std::make_unique<Prepared>();
  std::vector<Waiting> waiting_;
  Window window_;
  bool reports_by_pipe_ = false;
  int report_ = -1;
};

}  // namespace

std::expected<std::unique_ptr<Prepared>, Failure> prepare(const Order& order,
                                                          const Situation& now) {
  if (auto bad = find_bad_input(order)) return std::unexpected(std::move(*bad));
  auto streams = resolve_streams(order);
  if (!streams) return std::unexpected(std::move(streams.error()));
  return Planner(order, now, std::move(*streams)).plan();
}

}  // namespace forklift::launch
