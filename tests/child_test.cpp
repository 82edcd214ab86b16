// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include <forklift/fork_lock.hpp>

#include "support.hpp"

using forklift::Child, forklift::Command, forklift::ExitStatus, forklift::Stdio;
using namespace std::chrono_literals;

namespace {

// A child that lives until its standard input ends.
Command waiting() { return Command("cat").in(Stdio::pipe()).out(Stdio::null()); }

bool exists(pid_t pid) { return ::kill(pid, 0) == 0; }

}  // namespace

TEST_CASE("an exit code is delivered as it is") {
  for (const int code : {0, 1, 3, 127, 255}) {
    const ExitStatus status = Command("sh").args({"-c", "exit " + std::to_string(code)}).run();
    CHECK(status.exited());
    CHECK(status.code() == code);
    CHECK(status.success() == (code == 0));
    CHECK(status.text() == "exited with " + std::to_string(code));
  }
}

TEST_CASE("the signal that killed a child is delivered") {
  const ExitStatus status = Command("sh").args({"-c", "kill -TERM $$"}).run();
  CHECK(status.signaled());
  CHECK(status.signal() == SIGTERM);
  CHECK_FALSE(status.exited());
  CHECK_FALSE(status.core_dumped());
  CHECK(status.text() == "killed by SIGTERM");
}

TEST_CASE("a child's use of resources is delivered with its status") {
  const ExitStatus status =
      Command("sh").args({"-c", "i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done"}).run();
  REQUIRE(status.usage());
  CHECK(status.usage()->user + status.usage()->system > 0us);
  CHECK(status.usage()->max_resident > 100'000);
  CHECK(status.usage()->minor_faults > 10);
}

TEST_CASE("waiting again gives the same status") {
  Child child = Command("sh").args({"-c", "exit 5"}).spawn();
  CHECK(child.wait().code() == 5);
  CHECK(child.wait().code() == 5);
  CHECK(child.try_wait()->code() == 5);
  CHECK_FALSE(child.kill(SIGTERM));
}

TEST_CASE("a child that still runs has no status yet") {
  Child child = waiting().spawn();
  CHECK_FALSE(child.try_wait());
  CHECK_FALSE(child.wait_for(5ms));
  child.in().reset();
  const auto status = child.wait_for(10s);
  REQUIRE(status);
  CHECK(status->success());
}

TEST_CASE("a child can be killed by any signal") {
  Child child = waiting().spawn();
  CHECK(child.kill(SIGUSR1));
  CHECK(child.wait().signal() == SIGUSR1);
}

TEST_CASE("stop is gentle with a child that listens to SIGTERM") {
  Child child = waiting().spawn();
  CHECK(child.stop(10s).signal() == SIGTERM);
}

TEST_CASE("stop kills a child that does not listen") {
  Child child = Command("sh")
                    .args({"-c", "trap '' TERM; echo ready; while :; do read x || :; done"})
                    .in(Stdio::pipe())
                    .out(Stdio::pipe())
                    .spawn();
  char ready[8];
  CHECK(::read(child.out().get(), ready, sizeof ready) == 6);
  CHECK(child.stop(20ms).signal() == SIGKILL);
}

TEST_CASE("the destructor kills and reaps") {
  pid_t pid = -1;
  {
    Child child = waiting().spawn();
    pid = child.pid();
    CHECK(exists(pid));
  }
  CHECK_FALSE(exists(pid));
}

TEST_CASE("assigning another child ends the one before") {
  Child child = waiting().spawn();
  const pid_t first = child.pid();
  child = waiting().spawn();
  CHECK_FALSE(exists(first));
  CHECK(exists(child.pid()));
  Child moved = std::move(child);
  CHECK(exists(moved.pid()));
}

TEST_CASE("a detached child goes on, and later launches reap it") {
  const Folder folder;
  auto gate = forklift::fork_exec_pipe();
  REQUIRE(gate);
  Child child = Command("sh")
                    .args({"-c", "read line; echo done > " + folder.path("file")})
                    .in(Stdio::descriptor(gate->reading.get()))
                    .spawn();
  const pid_t pid = child.pid();
  child.detach();
  CHECK(child.pid() == -1);
  CHECK(Command("true").run().success());
  CHECK(exists(pid));
  gate->reading.reset();
  gate->writing.reset();
  while (exists(pid)) CHECK(Command("true").run().success());
  CHECK(read_file(folder.path("file")) == "done\n");
}

TEST_CASE("a released child outlives its object, and its status is left to the caller") {
  auto gate = forklift::fork_exec_pipe();
  REQUIRE(gate);
  pid_t pid = -1;
  forklift::Fd pidfd;
  {
    Child child = Command("sh")
                      .args({"-c", "read line; exit 7"})
                      .in(Stdio::descriptor(gate->reading.get()))
                      .out(Stdio::pipe())
                      .spawn();
    pid = child.pid();
    pidfd = child.release();
    CHECK(child.pid() == -1);
    CHECK(child.pidfd() == -1);
    CHECK_FALSE(child.out());
    CHECK_FALSE(child.kill(SIGKILL));
    CHECK(child.wait().lost());
  }
  CHECK(static_cast<bool>(pidfd) == has_capability("pidfd"));
  gate->writing.reset();
  siginfo_t end{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(pid), &end, WEXITED | WNOWAIT) == 0);
  for (int i = 0; i < 5; ++i) CHECK(Command("true").run().success());
  int status = 0;
  REQUIRE(::waitpid(pid, &status, 0) == pid);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 7);
}

TEST_CASE("a pidfd becomes readable when the child ends") {
  if (!has_capability("pidfd")) {
    MESSAGE("skipped: the kernel has no pidfd");
    return;
  }
  Child child = waiting().spawn();
  REQUIRE(child.pidfd() >= 0);
  CHECK((::fcntl(child.pidfd(), F_GETFD) & FD_CLOEXEC) != 0);
  pollfd entry{child.pidfd(), POLLIN, 0};
  CHECK(::poll(&entry, 1, 0) == 0);
  child.in().reset();
  CHECK(::poll(&entry, 1, 10'000) == 1);
}

TEST_CASE("a child can be waited for by another thread than the one that launched it") {
  Child child = waiting().spawn();
  ExitStatus status = ExitStatus::of_lost();
  std::jthread([&] { status = child.wait(); }).join();
  CHECK(status.success());
}

TEST_CASE("a status that a waitpid(-1) took is delivered all the same, or is lost") {
  Child child = Command("sh").args({"-c", "exit 9"}).spawn();
  const pid_t pid = child.pid();
  int status = 0;
  REQUIRE(::waitpid(-1, &status, 0) == pid);
  const ExitStatus told = child.wait();
  CHECK(told.lost() == !has_capability("exit status by pidfd"));
  if (!told.lost()) CHECK(told.code() == 9);
  CHECK_FALSE(told.usage());
}

TEST_CASE("a status that an ignored SIGCHLD threw away is delivered all the same, or is lost") {
  struct sigaction before {};
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGCHLD, &ignore, &before);
  for (int i = 0; i < 50; ++i) {
    const ExitStatus told = Command("sh").args({"-c", "exit 9"}).run();
    CHECK(told.lost() == !has_capability("exit status by pidfd"));
    if (!told.lost()) CHECK(told.code() == 9);
    const auto output = Command("sh").args({"-c", "echo x; kill -9 $$"}).output();
    CHECK(output.out == "x\n");
    if (!output.status.lost()) CHECK(output.status.signal() == SIGKILL);
  }
  ::sigaction(SIGCHLD, &before, nullptr);
}

TEST_CASE("no signal goes to a stranger after the child was stolen") {
  Child child = Command("true").spawn();
  int status = 0;
  REQUIRE(::waitpid(-1, &status, 0) == child.pid());
  CHECK_FALSE(child.kill(0));
}
