// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <forklift/fork_lock.hpp>
#include <fstream>

#include "fifo.hpp"

using forklift::Command, forklift::Launch, forklift::Stdio, forklift::Step;
using namespace std::chrono_literals;

namespace {

template <class Work>
auto elapsed(Work work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::steady_clock::now() - start;
}

// A cgroup that can be frozen, if this machine grants us one.
class Freezer {
 public:
  Freezer() {
    for (const char* const root :
         {"/sys/fs/cgroup/freezer", "/sys/fs/cgroup/unified", "/sys/fs/cgroup"}) {
      path_ = std::string(root) + "/forklift-test-" + std::to_string(::getpid());
      if (::mkdir(path_.c_str(), 0755) != 0) continue;
      for (const auto& [file, freeze, thaw] : {std::tuple{"/freezer.state", "FROZEN", "THAWED"},
                                               std::tuple{"/cgroup.freeze", "1", "0"}}) {
        if (::access((path_ + file).c_str(), W_OK) != 0) continue;
        file_ = path_ + file;
        freeze_ = freeze;
        thaw_ = thaw;
        return;
      }
      ::rmdir(path_.c_str());
    }
    path_.clear();
  }
  ~Freezer() {
    if (!ok()) return;
    thaw();
    while (::rmdir(path_.c_str()) != 0 && errno == EBUSY) {
    }
  }
  bool ok() const { return !path_.empty(); }
  void take(pid_t pid) { std::ofstream(path_ + "/cgroup.procs") << pid; }
  void freeze() { std::ofstream(file_) << freeze_; }
  void thaw() { std::ofstream(file_) << thaw_; }

 private:
  std::string path_, file_, freeze_, thaw_;
};

}  // namespace

TEST_CASE("a launch that stands still fails at its deadline and names where it stood") {
  const Fifo fifo;
  const auto child =
      within([&](auto limit) { return stuck(fifo).launch_deadline(limit).try_spawn(); },
             [](const auto& made) { return made || is_about_open(made.error()); });
  REQUIRE_FALSE(child);
  CHECK(child.error().step() == Step::deadline);
  CHECK(child.error().code() == std::errc::timed_out);
  CHECK(child.error().subject().ends_with(" ms passed in 'open' '" + fifo.path() + "'"));
}

TEST_CASE("a launch within its deadline succeeds") {
  CHECK(Command("true").launch_deadline(10s).run().success());
}

TEST_CASE("a launch in flight can be looked at while its child stands still") {
  const Fifo fifo;
  Launch launch = stuck(fifo).start();
  CHECK_FALSE(launch.done());
  CHECK_FALSE(launch.wait_for(5ms));
  const forklift::Fd writer(::open(fifo.path().c_str(), O_WRONLY | O_CLOEXEC));
  auto child = std::move(launch).finish();
  REQUIRE(child);
  CHECK_FALSE(child->try_wait());
}

TEST_CASE("other launches go on while one stands still") {
  const Fifo fifo;
  const Launch launch = stuck(fifo).start();
  for (int i = 0; i < 20; ++i) CHECK(Command("echo").arg("x").output().out == "x\n");
  CHECK_FALSE(launch.done());
}

TEST_CASE("a launch that stands still keeps no pipe of its parent's open") {
  if (engine() != forklift::Engine::shared_table) return;  // others copy the table
  const Fifo fifo;
  for (const bool mailed : {false, true}) {
    if (mailed && !mails()) continue;  // uses shared_memory
    auto pipe = forklift::fork_exec_pipe();
    REQUIRE(pipe);
    Command command = stuck(fifo).out(mailed ? Stdio::pipe() : Stdio::inherit());
    const Launch launch = command.start();
    await_sleep(launch.pid());
    pipe->writing.reset();
    pollfd end{.fd = pipe->reading.get(), .events = POLLIN, .revents = 0};
    CHECK(::poll(&end, 1, 0) == 1);
    CHECK_FALSE(launch.done());
  }
}

TEST_CASE("a child that is stopped before exec holds no thread past the deadline") {
  const Fifo fifo;
  Launch launch = stuck(fifo).launch_deadline(100ms).start();
  await_sleep(launch.pid());
  ::kill(launch.pid(), SIGSTOP);
  const auto took = elapsed([&] {
    const auto child = std::move(launch).finish();
    REQUIRE_FALSE(child);
    CHECK(child.error().step() == Step::deadline);
  });
  CHECK(took < 60s);
}

TEST_CASE("a child in a frozen cgroup holds no thread, and is reaped once it is thawed") {
  Freezer freezer;
  if (!freezer.ok()) {
    MESSAGE("skipped: no cgroup here that could be frozen");
    return;
  }
  const Fifo fifo;
  Launch launch = stuck(fifo).launch_deadline(100ms).start();
  const pid_t pid = launch.pid();
  await_sleep(pid);
  freezer.take(pid);
  freezer.freeze();
  const auto took = elapsed([&] {
    const auto child = std::move(launch).finish();
    REQUIRE_FALSE(child);
    CHECK(child.error().step() == Step::deadline);
  });
  CHECK(took < 60s);
  // Its memory still belongs to the child; other launches must not use it.
  for (int i = 0; i < 20; ++i) CHECK(Command("echo").arg("x").output().out == "x\n");
  freezer.thaw();
  while (::kill(pid, 0) == 0) CHECK(Command("true").run().success());
}

TEST_CASE("a child that is killed before exec makes the launch fail, not the wait") {
  const Fifo fifo;
  Launch launch = stuck(fifo).start();
  await_sleep(launch.pid());
  ::kill(launch.pid(), SIGKILL);
  const auto child = std::move(launch).finish();
  REQUIRE_FALSE(child);
  CHECK(child.error().step() == Step::open);
  CHECK(child.error().code() == std::errc::operation_canceled);
  CHECK(child.error().subject().find("killed by signal 9") != std::string::npos);
}

TEST_CASE("a launch that is dropped while it stands still takes its child along") {
  const Fifo fifo;
  for (int i = 0; i < 10; ++i) {
    const Launch launch = stuck(fifo).out(Stdio::pipe()).start();
    CHECK(launch.pid() > 0);
  }
}
