// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <forklift/pipeline.hpp>

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <forklift/fork_lock.hpp>
#include <stdexcept>
#include <thread>

#include "support.hpp"

using forklift::Command, forklift::ExitStatus, forklift::Fd, forklift::LaunchError;
using forklift::Pipeline, forklift::PipelineOutput, forklift::PipelineStatus;
using forklift::RunningPipeline, forklift::Sink, forklift::Stdio, forklift::Step;
using namespace std::chrono_literals;

namespace {

Command shell(const std::string& script) { return Command("sh").args({"-c", script}); }

// Whether all ends but ours of a pipe are closed.
bool is_abandoned(const Fd& reading) {
  char byte;
  return ::read(reading.get(), &byte, 1) == 0;
}

}  // namespace

TEST_CASE("each stage reads what the one before writes") {
  const PipelineOutput output =
      (Command("printf").arg("b\\nc\\na\\n") | Command("sort").env("LC_ALL", "C") |
       Command("head").args({"-n", "2"}))
          .output();
  CHECK(output.out == "a\nb\n");
  CHECK(output.err.empty());
  CHECK(output.status.success());
  CHECK(output.status.stages.size() == 3);
}

TEST_CASE("the first stage is fed while the last is read, however much it is") {
  const std::string text(10'000'000, 'x');
  const PipelineOutput output =
      (Command("cat") | Command("cat") | Command("cat")).output({.input = text});
  CHECK(output.out == text);
  CHECK(output.status.success());
  CHECK_FALSE(output.input_refused);
}

TEST_CASE("the status of every stage is told, and all must succeed unless the last decides") {
  const Pipeline pipeline = shell("cat; exit 3") | shell("cat; kill -TERM $$") | Command("cat");
  const PipelineStatus status = Pipeline(pipeline).in(Stdio::null()).run();
  REQUIRE(status.stages.size() == 3);
  CHECK(status.stages[0].code() == 3);
  CHECK(status.stages[1].signal() == SIGTERM);
  CHECK(status.stages[2].success());
  CHECK_FALSE(status.success());
  CHECK(Pipeline(pipeline).in(Stdio::null()).success_by_last().run().success());
  const Pipeline last = Command("true") | Command("false");
  CHECK_FALSE(Pipeline(last).in(Stdio::null()).success_by_last().run().success());
}

TEST_CASE("a stage that writes for ever ends by SIGPIPE when nobody reads") {
  const PipelineOutput output =
      (Command("yes") | Command("cat") | Command("head").args({"-n", "1"}))
          .success_by_last()
          .output();
  CHECK(output.out == "y\n");
  CHECK(output.status.stages[0].signal() == SIGPIPE);
  CHECK(output.status.stages[1].signal() == SIGPIPE);
  CHECK(output.status.success());
}

TEST_CASE("a stage that cannot be launched takes the others down, and is named") {
  for (const int failing : {1, 2, 3}) {
    const auto stage = [&](int number, Command command) {
      return number == failing ? Command("/no/such/program") : command;
    };
    const Folder folder;
    auto pipe = forklift::fork_exec_pipe();
    REQUIRE(pipe);
    const int held = pipe->writing.get();
    const auto result = (stage(1, Command("yes").descriptor(7, Stdio::descriptor(held))) |
                         stage(2, Command("cat").descriptor(7, Stdio::descriptor(held))) |
                         stage(3, shell("cat >/dev/null; echo done > " + folder.path("result"))
                                      .descriptor(7, Stdio::descriptor(held))))
                            .try_spawn();
    REQUIRE_FALSE(result);
    CHECK(result.error().stage() == failing);
    CHECK(result.error().step() == Step::exec);
    CHECK(result.error().program() == "/no/such/program");
    CHECK(std::string(result.error().what()).find(", stage " + std::to_string(failing)) !=
          std::string::npos);
    CHECK(children().empty());
    pipe->writing.reset();
    CHECK(is_abandoned(pipe->reading));
    // No stage saw the end of an input that had not begun.
    CHECK(::access(folder.path("result").c_str(), F_OK) != 0);
  }
}

TEST_CASE("a stage with bad input is named, too, whichever it is") {
  for (const int failing : {1, 2, 3}) {
    std::vector<Command> stages(3, Command("cat"));
    stages[static_cast<std::size_t>(failing) - 1].env("a=b", "bad");
    Pipeline pipeline(stages[0]);
    pipeline.then(stages[1]).then(stages[2]);
    try {
      pipeline.output({.input = "x"});
      FAIL("it was launched");
    } catch (const LaunchError& error) {
      CHECK(error.stage() == failing);
      CHECK(error.step() == Step::environment);
    }
    CHECK(children().empty());
  }
}

TEST_CASE("a launch of its own is in no stage") {
  const auto child = Command("/no/such/program").try_spawn();
  REQUIRE_FALSE(child);
  CHECK(child.error().stage() == 0);
  CHECK(child.error().program() == "/no/such/program");
}

TEST_CASE("no stage has another's ends of the pipes") {
  const Folder folder;
  const auto shown = [&](const char* name) {
    return Command(helper("show")).arg(folder.path(name)).err(Stdio::null());
  };
  Pipeline pipeline = shown("1") | shown("2") | shown("3");
  CHECK(pipeline.in(Stdio::null()).out(Stdio::null()).run().success());
  std::set<std::string> seen;
  for (const char* const name : {"1", "2", "3"}) {
    const Shown shown_by = read_shown(folder.path(name));
    CHECK(shown_by.descriptors.size() == 3);
    for (const int number : {0, 1}) seen.insert(shown_by.descriptors.at(number));
  }
  CHECK(seen.size() == 3);  // /dev/null and two pipes
}

TEST_CASE("every stage keeps its own standard error") {
  const Folder folder;
  const std::string path = folder.path("errors");
  const PipelineOutput output =
      (shell("echo one >&2").err(Stdio::same_as(1)) |
       shell("cat; echo two >&2").err(Stdio::file(path)) | shell("cat; echo three >&2"))
          .output();
  CHECK(output.out == "one\n");
  CHECK(output.err == "three\n");
  CHECK(read_file(path) == "two\n");
}

TEST_CASE("a pipeline's ends can be set, and what is set is not captured") {
  const Folder folder;
  const std::string from = folder.file("from", "text"), to = folder.path("to");
  Pipeline pipeline = Command("cat") | Command("cat");
  const PipelineOutput output = pipeline.in(Stdio::read(from)).out(Stdio::file(to)).output();
  CHECK(output.status.success());
  CHECK(output.out.empty());
  CHECK(read_file(to) == "text");
  const auto refused = pipeline.try_output({.input = "text"});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().step() == Step::attribute);
}

TEST_CASE("a running pipeline can be talked with through its ends") {
  RunningPipeline running =
      (Command("cat") | Command("cat")).in(Stdio::pipe()).out(Stdio::pipe()).spawn();
  CHECK(::write(running.in().get(), "ping", 4) == 4);
  char bytes[8];
  CHECK(::read(running.out().get(), bytes, sizeof bytes) == 4);
  CHECK_FALSE(running.wait_for(5ms));
  CHECK(running.stages().size() == 2);
  CHECK(running.wait().success());
  CHECK(running.wait_for(0ms)->success());
}

TEST_CASE("a running pipeline can be communicated with") {
  RunningPipeline running =
      (Command("cat") | Command("rev")).in(Stdio::pipe()).out(Stdio::pipe()).spawn();
  const PipelineOutput output = running.communicate({.input = "abc\n"});
  CHECK(output.out == "cba\n");
  CHECK(output.status.success());
}

TEST_CASE("the time limit stops every stage") {
  const Pipeline pipeline = Command("sleep").arg("1000") | Command("cat") |
                            shell("trap '' TERM; echo deaf; cat; sleep 1000").process_group();
  const PipelineOutput output = within(
      [&](auto limit) { return pipeline.output({.timeout = limit, .grace = 100ms, .drain = 0ms}); },
      [](const PipelineOutput& made) { return !made.out.empty(); });
  CHECK(output.timed_out);
  REQUIRE(output.status.stages.size() == 3);
  CHECK(output.status.stages[0].signal() == SIGTERM);
  CHECK(output.status.stages[2].signal() == SIGKILL);
}

TEST_CASE("stopping a pipeline takes the trees of its stages along") {
  auto pipe = forklift::fork_exec_pipe();
  REQUIRE(pipe);
  const auto family = [&] {
    return shell("(sleep 1000; :) & echo there >&7; wait")
        .process_group()
        .descriptor(7, Stdio::descriptor(pipe->writing.get()));
  };
  RunningPipeline running = (family() | family()).in(Stdio::null()).spawn();
  pipe->writing.reset();
  char byte;
  for (int i = 0; i < 12; ++i) REQUIRE(::read(pipe->reading.get(), &byte, 1) == 1);
  const PipelineStatus status = running.stop_trees(60s);
  CHECK(status.stages[0].signal() == SIGTERM);
  CHECK(status.stages[1].signal() == SIGTERM);
  CHECK(is_abandoned(pipe->reading));
}

TEST_CASE("the destructor of a running pipeline kills and reaps every stage") {
  {
    const RunningPipeline running = (Command("yes") | Command("cat")).out(Stdio::pipe()).spawn();
    CHECK(children().size() == 2);
  }
  CHECK(children().empty());
}

TEST_CASE("an exception in a callback ends every stage") {
  const auto thrower = [](auto&&...) -> void { throw std::runtime_error("enough"); };
  CHECK_THROWS_WITH((Command("yes") | Command("cat")).output({.out = Sink::lines(thrower)}),
                    "enough");
  CHECK(children().empty());
}

TEST_CASE("a pipeline is a value and can be run from many threads at once") {
  const Pipeline pipeline = Command("cat") | Command("tr").args({"a-z", "A-Z"}) | Command("cat");
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, text = "thread " + std::to_string(i)] {
      std::string upper = text;
      std::transform(text.begin(), text.end(), upper.begin(),
                     [](unsigned char c) { return static_cast<char>(::toupper(c)); });
      for (int round = 0; round < 5; ++round) {
        wrong += pipeline.output({.input = text}).out != upper;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("a pipeline of many stages is still one") {
  Pipeline pipeline{Command("cat")};
  for (int i = 0; i < 11; ++i) pipeline.then(Command("cat"));
  const PipelineOutput output = pipeline.output({.input = "through"});
  CHECK(output.out == "through");
  CHECK(output.status.stages.size() == 12);
}

TEST_CASE("a pipeline of one stage is its command") {
  CHECK(Pipeline(Command("echo").arg("x")).output().out == "x\n");
}
