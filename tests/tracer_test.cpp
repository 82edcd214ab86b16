// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <errno.h>

#include <forklift/tracer.hpp>
#include <mutex>
#include <thread>

#include "support.hpp"

using forklift::Command, forklift::LaunchTrace;

namespace {

// Records its calls, as long as it lives.
class Notes : public forklift::Tracer {
 public:
  struct Note {
    std::uint64_t id;
    std::string program, plan;
    pid_t pid;
    int error;
    std::chrono::nanoseconds hold, launch;
  };

  Notes() { forklift::set_tracer(this); }
  ~Notes() override { forklift::set_tracer(nullptr); }

  void before(const LaunchTrace& launch) noexcept override { keep(launch, begun); }
  void after(const LaunchTrace& launch) noexcept override { keep(launch, ended); }

  std::vector<Note> begun, ended;

 private:
  void keep(const LaunchTrace& launch, std::vector<Note>& notes) {
    const std::lock_guard lock(mutex_);
    notes.push_back({launch.id, std::string(launch.program), launch.plan(), launch.pid,
                     launch.error ? launch.error->code().value() : 0, launch.hold, launch.launch});
  }

  std::mutex mutex_;
};

}  // namespace

TEST_CASE("a tracer is told of a launch before and after, with its plan and its timings") {
  Notes notes;
  const Command command = Command("/bin/true").nice(1);
  forklift::Child child = command.spawn();
  REQUIRE(notes.begun.size() == 1);
  REQUIRE(notes.ended.size() == 1);
  CHECK(notes.begun[0].id == notes.ended[0].id);
  CHECK(notes.begun[0].program == "/bin/true");
  CHECK(notes.begun[0].plan == command.explain());
  CHECK(notes.begun[0].pid == -1);
  CHECK(notes.ended[0].pid == child.pid());
  CHECK(notes.ended[0].error == 0);
  CHECK(notes.ended[0].hold.count() > 0);
  CHECK(notes.ended[0].launch >= notes.ended[0].hold);
  child.wait();
}

TEST_CASE("a tracer is told why a launch failed: in the child, before it, and by its input") {
  Notes notes;
  CHECK_FALSE(Command("/no/such/program").try_spawn());
  CHECK_FALSE(Command("/bin/true").descriptor(5, forklift::Stdio::descriptor(999)).try_spawn());
  CHECK_FALSE(Command("").try_spawn());
  REQUIRE(notes.begun.size() == 3);
  REQUIRE(notes.ended.size() == 3);
  CHECK(notes.ended[0].error == ENOENT);
  CHECK(notes.ended[1].error == EBADF);
  CHECK(notes.ended[2].error == EINVAL);
  CHECK(notes.ended[2].plan.empty());
}

TEST_CASE("a launch that is given up is traced to its end") {
  Notes notes;
  { const forklift::Launch launch = Command("/bin/true").start(); }
  REQUIRE(notes.ended.size() == 1);
  CHECK(notes.ended[0].error == ECANCELED);
}

TEST_CASE("without a tracer nobody is told, and launches of many threads have different numbers") {
  Notes notes;
  forklift::set_tracer(nullptr);
  Command("/bin/true").run();
  CHECK(notes.begun.empty());
  forklift::set_tracer(&notes);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([] { Command("/bin/true").run(); });
  threads.clear();
  std::set<std::uint64_t> ids;
  for (const auto& note : notes.ended) ids.insert(note.id);
  CHECK(ids.size() == 4);
}
