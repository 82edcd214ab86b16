// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The attributes of a command. Every setter calls `Command::change`.

#include <forklift/command.hpp>

#include <utility>

#include "api/command_state.hpp"

namespace forklift {

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
  change().spec.resource_limits.by_resource.insert_or_assign(resource, limit);
  return *this;
}

Command& Command::nice(int value) {
  change().spec.resource_limits.nice = value;
  return *this;
}

Command& Command::scheduling(Scheduling scheduling) {
  change().spec.resource_limits.scheduling = scheduling;
  return *this;
}

Command& Command::cpus(std::vector<int> numbers) {
  change().spec.resource_limits.cpus = std::move(numbers);
  return *this;
}

Command& Command::io_priority(IoPriority priority) {
  change().spec.resource_limits.io_priority = priority;
  return *this;
}

Command& Command::oom_score(int value) {
  change().spec.resource_limits.oom_score = value;
  return *this;
}

Command& Command::timer_slack(Duration slack) {
  change().spec.resource_limits.timer_slack = slack;
  return *this;
}

Command& Command::huge_pages(bool allowed) {
  change().spec.resource_limits.huge_pages = allowed;
  return *this;
}

Command& Command::memory_policy(MemoryPolicy policy) {
  change().spec.resource_limits.memory_policy = std::move(policy);
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

}  // namespace forklift
