// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// How long a child lives, and what ends with it.

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <forklift/fork_lock.hpp>
#include <thread>

#include "reveal.hpp"

using forklift::Child, forklift::Command, forklift::Fd, forklift::ParentDeath, forklift::Stdio,
    forklift::Tree;
using namespace std::chrono_literals;

namespace {

constexpr uid_t somebody = 61234;

// Children write to it, and their end closes it.
struct Pipe {
  Pipe() {
    auto made = forklift::fork_exec_pipe();
    REQUIRE(made);
    out = std::move(made->reading);
    in = std::move(made->writing);
  }
  std::string read_all() {
    in = {};
    std::string text;
    char part[256];
    for (ssize_t size; (size = ::read(out.get(), part, sizeof part)) > 0;) {
      text.append(part, static_cast<std::size_t>(size));
    }
    return text;
  }
  Fd out, in;
};

// A child that reports that it runs, and stays until released.
Command staying(const Pipe& pipe) {
  Command command("sh");
  return command.args({"-c", "echo running; exec sleep 1000"})
      .out(Stdio::descriptor(pipe.in.get()));
}

void await_line(const Fd& pipe) {
  char byte = 0;
  while (byte != '\n' && ::read(pipe.get(), &byte, 1) == 1) {
  }
}

// Launches in a process that ends as soon as the child runs; returns the
// child's output after its end.
std::string after_death_of(const std::function<void(const Pipe&)>& parent) {
  Pipe pipe, told;
  const std::string wrong = in_fork([&]() -> std::string {
    parent(pipe);
    await_line(pipe.out);
    return "";
  });
  return wrong + pipe.read_all();
}

#if defined(__SANITIZE_THREAD__)
constexpr bool threads_after_fork = false;  // ThreadSanitizer gives up there
#else
constexpr bool threads_after_fork = true;
#endif

}  // namespace

TEST_CASE("a child that dies with its parent does not outlive it") {
  if (!threads_after_fork) return;
  CHECK(after_death_of(
            [](const Pipe& pipe) { staying(pipe).die_with_parent().spawn().detach(); }) == "");
}

TEST_CASE("a child dies with its parent by the signal asked for") {
  if (!threads_after_fork) return;
  const std::string wrong = in_fork([]() -> std::string {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // inherits the orphan
    const Pipe pipe;
    const pid_t parent = ::fork();
    if (parent == 0) {
      staying(pipe).die_with_parent(SIGUSR1).spawn().detach();
      await_line(pipe.out);
      ::_exit(0);
    }
    ::waitpid(parent, nullptr, 0);
    int status = 0;
    ::waitpid(-1, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1 ? "" : "otherwise";
  });
  CHECK(wrong == "");
}

TEST_CASE("a child of another user, too, dies with its parent") {
  if (!is_root()) {
    MESSAGE("skipped: needs root to become somebody else");
    return;
  }
  if (!threads_after_fork) return;
  CHECK(after_death_of([](const Pipe& pipe) {
          staying(pipe).user(somebody).group(somebody).die_with_parent().spawn().detach();
        }) == "");
}

TEST_CASE("a child that dies with its parent outlives the thread that launched it") {
  if (!threads_after_fork) return;
  const std::string wrong = in_fork([]() -> std::string {
    Pipe pipe;
    std::optional<Child> child;
    std::thread([&] {
      child = Command("cat").in(Stdio::pipe()).out(Stdio::pipe()).die_with_parent().spawn();
    }).join();
    if (::write(child->in().get(), "x", 1) != 1) return "it is gone";
    char byte = 0;
    if (::read(child->out().get(), &byte, 1) != 1 || byte != 'x') return "it answers no more";
    return child->wait().success() ? "" : "it failed";
  });
  CHECK(wrong == "");
}

TEST_CASE("a child that a dying thread launched still dies with the process") {
  if (!threads_after_fork) return;
  CHECK(after_death_of([](const Pipe& pipe) {
          std::thread([&] { staying(pipe).die_with_parent().spawn().detach(); }).join();
        }) == "");
}

TEST_CASE("a child says what its parent's death means to it") {
  if (!threads_after_fork) return;
  const std::string wrong = in_fork([]() -> std::string {
    Child plain = Command("true").spawn();
    Child tied = Command("true").die_with_parent().spawn();
    if (plain.guarantees().parent_death != ParentDeath::none) return "plain";
    if (tied.guarantees().parent_death == ParentDeath::none) return "tied";
    const Revealed child = reveal([](Command& command) { command.die_with_parent(SIGUSR2); });
    if (tied.guarantees().parent_death == ParentDeath::pidfd) return "";
    return differ("signal", at(child, "parent_death"), std::to_string(SIGUSR2));
  });
  CHECK(wrong == "");
}

TEST_CASE("a signal to the tree of a child without a group of its own reaches the child") {
  Pipe pipe;
  Child child = staying(pipe).spawn();
  await_line(pipe.out);
  CHECK(child.guarantees().tree == Tree::process);
  CHECK(child.kill_tree(SIGTERM) == Tree::process);
  CHECK(child.wait().signal() == SIGTERM);
}

TEST_CASE("a signal to the tree reaches all of the child's group") {
  for (const bool session : {false, true}) {
    Pipe pipe;
    Command command("sh");
    command.args({"-c", "sleep 1000 & echo running; wait"}).out(Stdio::descriptor(pipe.in.get()));
    session ? command.new_session() : command.process_group();
    Child child = command.spawn();
    await_line(pipe.out);
    CHECK(child.guarantees().tree == Tree::group);
    CHECK(child.kill_tree() == Tree::group);
    CHECK(pipe.read_all() == "");
    CHECK(child.wait().signal() == SIGKILL);
  }
}

TEST_CASE("a tree that heeds SIGTERM is not killed") {
  Pipe pipe;
  Child child = staying(pipe).process_group().spawn();
  await_line(pipe.out);
  const auto stopped = child.stop_tree(10s);
  CHECK(stopped.reached == Tree::group);
  CHECK(stopped.status.signal() == SIGTERM);
}

TEST_CASE("of a tree that is stopped nothing is left, though the child went at once") {
  Pipe pipe;
  Command command("sh");
  command.args({"-c", "(trap '' TERM; echo running; exec sleep 1000) & wait"});
  command.out(Stdio::descriptor(pipe.in.get())).process_group();
  Child child = command.spawn();
  await_line(pipe.out);
  const auto stopped = child.stop_tree(10s);
  CHECK(stopped.status.signal() == SIGTERM);
  CHECK(pipe.read_all() == "");
}

TEST_CASE("a tree that has ended gets no signal, and its end is told again") {
  Child child = Command("true").process_group().spawn();
  CHECK(child.wait().success());
  child.kill_tree();
  CHECK(child.stop_tree(0ms).status.success());
}
