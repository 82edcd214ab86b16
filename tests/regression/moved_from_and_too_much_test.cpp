// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// An object that was moved from is empty: it can be assigned, and using it is
// an error that reports this, or does nothing. And errors stay short, and name
// the excess.

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>

#include <forklift/operation.hpp>
#include <forklift/pipeline.hpp>

#include "reveal.hpp"

using forklift::Child, forklift::Command, forklift::Launch, forklift::Pipeline,
    forklift::RunningPipeline, forklift::Stdio, forklift::Step;

namespace {

template <class Operation>
auto carry_out(Operation operation) {
  for (;;) {
    auto entries = operation->poll_entries();
    ::poll(entries.data(), entries.size(), 10);
    if (operation->perform()) return operation->take();
    operation->release_closed();
  }
}

std::string what_of(const Command& command) {
  const auto child = command.try_spawn();
  REQUIRE_FALSE(child);
  return child.error().what();
}

}  // namespace

TEST_CASE("launching a command that was moved from is an error, however it is launched") {
  Command command("true");
  const Command taken(std::move(command));
  const Command copy(command);
  for (const Command* const empty : std::initializer_list<const Command*>{&command, &copy}) {
    CHECK(fails_otherwise(*empty, Step::program, EINVAL, "moved from") == "");
    CHECK_FALSE(empty->try_start());
    CHECK_FALSE(empty->try_output());
    CHECK_FALSE(empty->try_output({.input = "text"}));
    CHECK(empty->explain().find("moved from") != std::string::npos);
    CHECK_THROWS_AS(carry_out(forklift::begin_spawn(*empty)), forklift::LaunchError);
    CHECK_THROWS_AS(carry_out(forklift::begin_output(*empty)), forklift::LaunchError);
    CHECK_FALSE((*empty | Command("true")).try_spawn());
  }
  CHECK(taken.run().success());
}

TEST_CASE("a command that was moved from can be assigned and set") {
  Command command("false");
  Command taken(std::move(command));
  command.arg("x");
  CHECK(fails_otherwise(command, Step::program, EINVAL, "empty") == "");
  command = Command("true");
  CHECK(command.run().success());
  Command second(std::move(command));
  command = second;
  CHECK(command.run().success());
}

TEST_CASE("a launch that was moved from or finished is done, and has no child") {
  Launch launch = Command("true").start();
  Launch taken(std::move(launch));
  CHECK(launch.done());
  CHECK(launch.pid() == -1);
  CHECK(launch.pidfd() == -1);
  CHECK(launch.descriptor() == -1);
  launch.kill();
  const auto none = std::move(launch).finish();
  REQUIRE_FALSE(none);
  CHECK(none.error().step() == Step::program);
  CHECK(std::move(taken).finish()->wait().success());
  CHECK_FALSE(std::move(taken).finish());
}

TEST_CASE("a child that was moved from has ended, and no signal of it reaches anybody") {
  Child child = Command("sleep").arg("1000").spawn();
  Child taken(std::move(child));
  CHECK_FALSE(child.kill(SIGKILL));
  CHECK_FALSE(child.kill_tree());
  CHECK(child.pid() == -1);
  CHECK(child.wait().lost());
  CHECK(child.try_wait().has_value());
  CHECK_FALSE(child.stop_tree(std::chrono::seconds(1)).reached);
  CHECK(child.communicate().status.lost());
  CHECK(carry_out(forklift::begin_wait(child)).lost());
  child.detach();
  CHECK_FALSE(child.release());
  CHECK_FALSE(taken.try_wait());
}

TEST_CASE("a pipeline that was moved from is empty, and no launch of it crashes") {
  Pipeline pipeline = Command("true") | Command("true");
  Pipeline taken(std::move(pipeline));
  CHECK_FALSE(pipeline.try_spawn());
  CHECK_FALSE(pipeline.try_output());
  CHECK_FALSE(pipeline.try_output({.input = "text"}));
  CHECK_THROWS_AS(carry_out(forklift::begin_output(pipeline)), forklift::LaunchError);
  CHECK_THROWS_AS(carry_out(forklift::begin_spawn(pipeline)), forklift::LaunchError);
  pipeline.out(Stdio::null());
  CHECK_FALSE(pipeline.try_spawn());
  pipeline = taken;
  CHECK(pipeline.run().success());
}

TEST_CASE("a running pipeline that is none has no pipes and nothing to wait for") {
  RunningPipeline running = (Command("true") | Command("true")).spawn();
  RunningPipeline taken(std::move(running));
  for (RunningPipeline* const none : {&running}) {
    CHECK_FALSE(none->in());
    CHECK_FALSE(none->out());
    CHECK_FALSE(none->err());
    CHECK(none->wait().stages.empty());
    CHECK(none->communicate().status.stages.empty());
    CHECK(carry_out(forklift::begin_wait(*none)).stages.empty());
    CHECK(carry_out(forklift::begin_communicate(*none)).status.stages.empty());
    none->kill_trees();
  }
  CHECK(taken.wait().success());
}

TEST_CASE("the text of an error is bounded, whatever it is about") {
  const std::string path = "/" + std::string(1 << 20, 'x');
  CHECK(what_of(Command(path)).size() < 10'000);
  CHECK(what_of(Command("true").arg(path + '\0')).size() < 10'000);
  CHECK(what_of(Command("true").directory(path)).find("bytes more") != std::string::npos);
  std::vector<int> numbers;
  for (int number = 60'000; number < 65'000; ++number) numbers.push_back(number);
  CHECK(what_of(Command("true").cpus(numbers)).find("4968 more") != std::string::npos);
  CHECK(what_of(Command("no-such").env("PATH", path)).size() < 10'000);
}

TEST_CASE("an argument that is too long is named with the limit") {
  const std::string longest(131'072, 'x');
  for (const bool staged : {false, true}) {
    Command command("true");
    if (staged) command.group(::getegid());
    const std::string argument = what_of(Command(command).arg("one").arg(longest));
    CHECK(argument.find("argv[2] of 131073 bytes") != std::string::npos);
    CHECK(argument.find("131072") != std::string::npos);
    const std::string variable = what_of(Command(command).env("LONG", longest));
    CHECK(variable.find("variable 'LONG' of 131078 bytes") != std::string::npos);
  }
}

TEST_CASE("arguments that are too much together are counted against the limit") {
  // A quarter of this is less than the kernel's minimum, 128 KiB.
  const auto work = []() -> std::string {
    const rlimit small{256 << 10, RLIM_INFINITY};
    if (::setrlimit(RLIMIT_STACK, &small) != 0) return "setrlimit";
    for (const bool staged : {false, true}) {
      Command command("/bin/true");
      command.env_clear();
      if (staged) command.group(::getegid());
      for (int i = 0; i < 40; ++i) command.arg(std::string(10'000, 'x'));
      const std::string wrong = fails_otherwise(command, staged ? Step::second_stage : Step::exec,
                                                E2BIG, "where 131072 are the most");
      const bool one_stage = staged && engine() == forklift::Engine::fork;
      if (!wrong.empty() && !one_stage) return wrong;
    }
    return "";
  };
  CHECK(in_fork(work) == "");
}
