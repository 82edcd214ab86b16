// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <forklift/command.hpp>

#include <errno.h>

#include <atomic>
#include <new>
#include <utility>

#include "io/communicator.hpp"
#include "api/launch_error.hpp"
#include "kernel/cancel_guard.hpp"
#include "kernel/signal_guard.hpp"
#include "launch/parent_side.hpp"
#include "plan/explain.hpp"
#include "plan/launch_spec.hpp"
#include "plan/compiled_plan.hpp"
#include "diagnosis/traced_launch.hpp"

namespace forklift {

// An order and the plans made for it, and the same command in other forms, made
// when first asked for: with its output in pipes, with its input, too, and so
// that an event loop can wait for its launch.
struct Command::State {
  using Place = std::atomic<State*>;

  launch::LaunchSpec spec;
  launch::PlanCache plans;
  Place captured{nullptr}, fed{nullptr}, pollable{nullptr};
  std::atomic<bool> shared{false};  // by copies: never changed any more

  State() = default;
  explicit State(const launch::LaunchSpec& copied) : spec(copied) {}
  ~State() { forget(); }

  void forget() noexcept {
    plans.clear();
    for (Place* const place : {&captured, &fed, &pollable}) delete place->exchange(nullptr);
  }

  State& capturing(bool feeds) {
    return form(feeds ? fed : captured, [feeds](launch::LaunchSpec& changed) {
      changed.streams.try_emplace(0, feeds ? Stdio::pipe() : Stdio::null());
      changed.streams.try_emplace(1, Stdio::pipe());
      changed.streams.try_emplace(2, Stdio::pipe());
    });
  }

  State& noticed(Notice notice) {
    if (notice == Notice::none) return *this;
    return form(pollable, [](launch::LaunchSpec& changed) { changed.pollable = true; });
  }

  template <class Change>
  State& form(Place& place, Change change) {
    if (State* const known = place.load(std::memory_order_acquire)) return *known;
    auto made = std::make_unique<State>(spec);
    change(made->spec);
    State* known = nullptr;
    if (place.compare_exchange_strong(known, made.get(), std::memory_order_acq_rel)) {
      return *made.release();
    }
    return *known;
  }

  std::expected<launch::InFlightPtr, LaunchError> start() const;
};

namespace {

// What launching a command that was moved from comes to.
LaunchError empty() {
  return failed("", {Step::program, "of a command that was moved from", EINVAL});
}

}  // namespace

Command::Command(std::string program) : state_(std::make_shared<State>()) {
  state_->spec.program = std::move(program);
}
Command::Command(const Command& other) : state_(other.state_) {
  if (state_) state_->shared = true;
}
Command::Command(Command&&) noexcept = default;
Command& Command::operator=(const Command& other) {
  state_ = other.state_;
  if (state_) state_->shared = true;
  return *this;
}
Command& Command::operator=(Command&&) noexcept = default;
Command::~Command() = default;

// Every setter goes through here: what was prepared no longer holds. What copies
// share stays as it is; this command goes on with an order of its own. One that
// was moved from begins anew, without a program.
Command::State& Command::change() {
  if (!state_) {
    state_ = std::make_shared<State>();
  } else if (state_->shared) {
    state_ = std::make_shared<State>(state_->spec);
  } else {
    state_->forget();
  }
  return *state_;
}

Command& Command::arg(std::string argument) {
  change().spec.arguments.push_back(std::move(argument));
  return *this;
}

Command& Command::args(std::initializer_list<std::string_view> arguments) {
  for (const auto argument : arguments) arg(std::string(argument));
  return *this;
}

Command& Command::argv0(std::string name) {
  change().spec.argv0 = std::move(name);
  return *this;
}

Command& Command::env(std::string key, std::string value) {
  change().spec.environment.push_back({std::move(key), std::move(value)});
  return *this;
}

Command& Command::env_remove(std::string key) {
  change().spec.environment.push_back({std::move(key), std::nullopt});
  return *this;
}

Command& Command::env_clear() {
  change().spec.clear_environment = true;
  return *this;
}

Command& Command::environment(std::vector<std::string> entries) {
  change().spec.environment_start = std::move(entries);
  return *this;
}

Command& Command::directory(std::string path) {
  change().spec.directory = std::move(path);
  state_->spec.directory_descriptor.reset();
  return *this;
}

Command& Command::directory(int descriptor) {
  change().spec.directory_descriptor = descriptor;
  state_->spec.directory.reset();
  return *this;
}

Command& Command::descriptor(int number, Stdio stdio) {
  change().spec.streams.insert_or_assign(number, std::move(stdio));
  return *this;
}

Command& Command::block_signals(std::initializer_list<int> signals) {
  launch::add_signals(change().spec, &launch::LaunchSpec::mask, signals);
  return *this;
}

Command& Command::ignore_signals(std::initializer_list<int> signals) {
  launch::add_signals(change().spec, &launch::LaunchSpec::ignored, signals);
  return *this;
}

Command& Command::inherit_signal_mask() {
  change().spec.inherit_mask = true;
  return *this;
}

Command& Command::inherit_ignored_signals() {
  change().spec.inherit_ignored = true;
  return *this;
}

Command& Command::umask(mode_t mask) {
  change().spec.umask = mask;
  return *this;
}

Command& Command::new_session() {
  change().spec.new_session = true;
  return *this;
}

Command& Command::process_group(pid_t group) {
  change().spec.process_group = group;
  return *this;
}

Command& Command::user(uid_t id) {
  change().spec.identity.user = id;
  return *this;
}

Command& Command::user(std::string name) {
  change().spec.identity.user = std::move(name);
  return *this;
}

Command& Command::group(gid_t id) {
  change().spec.identity.group = id;
  return *this;
}

Command& Command::group(std::string name) {
  change().spec.identity.group = std::move(name);
  return *this;
}

Command& Command::groups(std::vector<gid_t> ids) {
  change().spec.identity.groups = std::move(ids);
  return *this;
}

Command& Command::keep_groups() {
  change().spec.identity.keep_groups = true;
  return *this;
}

Command& Command::capabilities(CapabilitySets sets) {
  change().spec.identity.capabilities = sets;
  return *this;
}

Command& Command::no_new_privileges() {
  change().spec.identity.no_new_privileges = true;
  return *this;
}

Command& Command::securebits(unsigned bits) {
  change().spec.identity.securebits = bits;
  return *this;
}

Command& Command::limit(Resource resource, Limit limit) {
  change().spec.limits_.limits.insert_or_assign(resource, limit);
  return *this;
}

Command& Command::nice(int value) {
  change().spec.limits_.nice = value;
  return *this;
}

Command& Command::scheduling(Scheduling scheduling) {
  change().spec.limits_.scheduling = scheduling;
  return *this;
}

Command& Command::cpus(std::vector<int> numbers) {
  change().spec.limits_.cpus = std::move(numbers);
  return *this;
}

Command& Command::io_priority(IoPriority priority) {
  change().spec.limits_.io_priority = priority;
  return *this;
}

Command& Command::oom_score(int value) {
  change().spec.limits_.oom_score = value;
  return *this;
}

Command& Command::timer_slack(Duration slack) {
  change().spec.limits_.timer_slack = slack;
  return *this;
}

Command& Command::huge_pages(bool allowed) {
  change().spec.limits_.huge_pages = allowed;
  return *this;
}

Command& Command::memory_policy(MemoryPolicy policy) {
  change().spec.limits_.memory_policy = std::move(policy);
  return *this;
}

Command& Command::new_namespaces(std::initializer_list<Namespace> kinds) {
  change().spec.isolation.made.insert(kinds);
  return *this;
}

Command& Command::new_namespace(Namespace kind) { return new_namespaces({kind}); }

Command& Command::id_maps(IdMaps maps) {
  change().spec.isolation.id_maps = std::move(maps);
  return *this;
}

Command& Command::clock_offsets(Duration monotonic, Duration boottime) {
  change().spec.isolation.clock_offsets.emplace(monotonic, boottime);
  return *this;
}

Command& Command::join_namespace(int descriptor, Namespace kind) {
  change().spec.isolation.joined.emplace_back(descriptor, kind);
  return *this;
}

Command& Command::hostname(std::string name) {
  change().spec.isolation.hostname = std::move(name);
  return *this;
}

Command& Command::root(std::string path) {
  change().spec.isolation.root = std::move(path);
  return *this;
}

Command& Command::pivot_root(std::string path) {
  change().spec.isolation.new_root = std::move(path);
  return *this;
}

Command& Command::mount_proc() {
  change().spec.isolation.mount_proc = true;
  return *this;
}

Command& Command::seccomp(std::vector<sock_filter> filter) {
  change().spec.sandbox.seccomp = std::move(filter);
  return *this;
}

Command& Command::landlock(Landlock rules) {
  change().spec.sandbox.landlock = std::move(rules);
  return *this;
}

Command& Command::landlock(int ruleset) {
  change().spec.sandbox.ruleset = ruleset;
  return *this;
}

Command& Command::cgroup(Cgroup cgroup) {
  change().spec.cgroup = std::move(cgroup);
  return *this;
}

Command& Command::pty(WindowSize size) {
  change().spec.pty = size;
  return *this;
}

Command& Command::controlling_terminal(int number) {
  change().spec.controlling_terminal = number;
  return *this;
}

Command& Command::foreground(int number) {
  change().spec.foreground = number;
  return *this;
}

Command& Command::die_with_parent(int signal) {
  change().spec.dies_with_parent = signal;
  return *this;
}

Command& Command::allow_fork() {
  change().spec.allow_fork = true;
  return *this;
}

Command& Command::allow_shell() {
  change().spec.allow_shell = true;
  return *this;
}

Command& Command::require(Engine engine) {
  change().spec.required = engine;
  return *this;
}

Command& Command::launch_deadline(Duration limit) {
  change().spec.deadline = limit;
  return *this;
}

std::string Command::explain() const {
  if (!state_) return empty().what();
  const auto plan = state_->plans.get(state_->spec);
  if (plan) return launch::explain(**plan);
  const launch::Failure& failure = plan.error();
  return LaunchError(state_->spec.program, failure.step, failure.subject, failure.error).what();
}

std::expected<launch::InFlightPtr, LaunchError> Command::State::start() const {
  const kernel::CancelGuard guard;
  const auto refuse = [this](TracedLaunch& trace, launch::Failure failure) {
    LaunchError error = failed(spec.program, std::move(failure));
    trace.failed(error);
    return std::unexpected(std::move(error));
  };
  try {
    auto plan = plans.get(spec);
    TracedLaunch trace(spec.program, plan ? &**plan : nullptr);
    if (!plan) return refuse(trace, std::move(plan.error()));
    auto record = launch::start(std::move(*plan));
    if (!record) return refuse(trace, std::move(record.error()));
    trace.hand_over(**record);
    return std::move(*record);
  } catch (const std::bad_alloc&) {
    return std::unexpected(failed(spec.program, {Step::memory, "for the plan", ENOMEM}));
  }
}

std::expected<Launch, LaunchError> Command::try_start(Notice notice) const {
  if (!state_) return std::unexpected(empty());
  auto record = state_->noticed(notice).start();
  if (!record) return std::unexpected(std::move(record.error()));
  return Launch(record->release());
}

std::expected<Child, LaunchError> Command::try_spawn() const {
  auto launch = try_start();
  if (!launch) return std::unexpected(std::move(launch.error()));
  return std::move(*launch).finish();
}

Launch Command::start(Notice notice) const {
  auto launch = try_start(notice);
  if (!launch) throw std::move(launch.error());
  return std::move(*launch);
}

Child Command::spawn() const {
  auto child = try_spawn();
  if (!child) throw std::move(child.error());
  return std::move(*child);
}

const std::string& Command::program() const noexcept {
  static const std::string none;
  return state_ ? state_->spec.program : none;
}

const Stdio* Command::stdio(int number) const noexcept {
  if (!state_) return nullptr;
  const auto set = state_->spec.streams.find(number);
  return set == state_->spec.streams.end() ? nullptr : &set->second;
}

std::optional<LaunchError> Command::refuses(const Input& input) const {
  const Stdio* const in = stdio(0);
  if (input.empty() || !in || in->kind() == Stdio::Kind::pipe) return std::nullopt;
  return failed(program(), {Step::attribute, "input, for a stream that is set", EINVAL});
}

std::expected<Launch, LaunchError> Command::start_output(const OutputOptions& options,
                                                         Notice notice) const {
  if (!state_) return std::unexpected(empty());
  auto record = state_->capturing(!options.input.empty()).noticed(notice).start();
  if (!record) return std::unexpected(std::move(record.error()));
  return Launch(record->release());
}

std::expected<Output, LaunchError> Command::try_output(const OutputOptions& options) const {
  if (auto refused = refuses(options.input)) return std::unexpected(std::move(*refused));
  Communicator communicator(options);
  auto launch = start_output(options, Notice::none);
  if (!launch) return std::unexpected(std::move(launch.error()));
  auto child = std::move(*launch).finish();
  if (!child) return std::unexpected(std::move(child.error()));
  Output output;
  communicator.hold({&*child, 1});
  communicator.hand_over(output);
  output.status = child->wait();
  return output;
}

Output Command::output(const OutputOptions& options) const {
  auto output = try_output(options);
  if (!output) throw std::move(output.error());
  return std::move(*output);
}

}  // namespace forklift
