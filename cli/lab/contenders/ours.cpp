// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/contenders/ours.hpp"

#include <unistd.h>

#include <forklift/command.hpp>
#include <utility>

#include "lab/contenders/stopwatch.hpp"

namespace lab {
namespace {

class Forklift : public Contender {
 public:
  explicit Forklift(forklift::Command command) : command_(std::move(command)) {}

  bool set_deadline(std::chrono::milliseconds limit) override {
    command_.launch_deadline(limit);
    return true;
  }

  Times launch() override {
    Times times;
    enter(Stage::launching);
    const Stopwatch watch;
    forklift::Child child = command_.spawn();
    times.hold = times.launch = watch.read();
    enter(Stage::waiting_for_child);
    child.wait();
    times.finish = watch.read();
    enter(Stage::running);
    return times;
  }

 private:
  forklift::Command command_;
};

class ForkliftAsync : public Contender {
 public:
  explicit ForkliftAsync(forklift::Command command) : command_(std::move(command)) {}

  bool set_deadline(std::chrono::milliseconds limit) override {
    command_.launch_deadline(limit);
    return true;
  }

  Times launch() override {
    Times times;
    enter(Stage::launching);
    const Stopwatch watch;
    forklift::Launch launch = command_.start();
    times.hold = watch.read();
    auto child = std::move(launch).finish();
    if (!child) throw std::move(child.error());
    times.launch = watch.read();
    enter(Stage::waiting_for_child);
    child->wait();
    times.finish = watch.read();
    enter(Stage::running);
    return times;
  }

 private:
  forklift::Command command_;
};

using forklift::Command, forklift::Resource;

Command bare(const std::string& program) { return Command(program); }

// Twenty unprivileged attributes, none of which needs a second stage.
Command with_attributes(const std::string& program) {
  Command command(program);
  for (const Resource resource :
       {Resource::core, Resource::file_size, Resource::locks, Resource::message_queue,
        Resource::nice, Resource::processes, Resource::realtime_priority, Resource::pending_signals,
        Resource::cpu, Resource::data}) {
    command.limit(resource, forklift::Limit{});
  }
  return command.nice(1)
      .scheduling({.policy = forklift::Scheduling::Policy::batch})
      .io_priority({.io_class = forklift::IoPriority::Class::best_effort, .level = 5})
      .timer_slack(std::chrono::microseconds(60))
      .memory_policy({})
      .no_new_privileges()
      .umask(027)
      .directory("/")
      .new_session()
      .limit(Resource::descriptors, forklift::Limit{});
}

// Its own group, which needs no privilege, set in memory of its own.
Command with_second_stage(const std::string& program) {
  return Command(program).group(::getegid());
}

template <class Which, Command (*make)(const std::string&)>
std::unique_ptr<Contender> launch_by(const std::string& program) {
  return std::make_unique<Which>(make(program));
}

}  // namespace

std::vector<ContenderKind> our_kinds() {
  return {
      {"forklift", "Command::spawn", launch_by<Forklift, bare>},
      {"forklift-async", "Command::start: the caller goes on", launch_by<ForkliftAsync, bare>},
      {.name = "20-attributes",
       .description = "Command::spawn with twenty attributes",
       .make = launch_by<Forklift, with_attributes>,
       .on_request = true},
      {.name = "20-async",
       .description = "Command::start with twenty attributes",
       .make = launch_by<ForkliftAsync, with_attributes>,
       .on_request = true},
      {.name = "second-stage",
       .description = "Command::spawn with a group, set in a second stage",
       .make = launch_by<Forklift, with_second_stage>,
       .on_request = true},
  };
}

}  // namespace lab
