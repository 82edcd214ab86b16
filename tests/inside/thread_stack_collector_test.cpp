// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "diagnosis/thread_stack_collector.hpp"

#include <doctest/doctest.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <forklift/fork_lock.hpp>
#include <latch>
#include <thread>

#include "../support.hpp"

using forklift::kernel::ThreadSnapshot, forklift::kernel::ThreadStackCollector;

namespace {

int question() { return SIGRTMIN + 3; }

// Sits in the kernel until the pipe's other end is closed. By poll(2), in which
// ThreadSanitizer, too, lets signals through.
void wait_for(const forklift::Fd& pipe) {
  pollfd wanted{pipe.get(), POLLIN, 0};
  while (::poll(&wanted, 1, -1) < 0) {
  }
}

class Worker {
 public:
  explicit Worker(bool deaf)
      : pipe_(forklift::fork_exec_pipe().value()), thread_([=, this] {
          if (deaf) block_all();
          id_ = ::gettid();
          there_.count_down();
          wait_for(pipe_.reading);
        }) {
    there_.wait();
    await_syscall(id_, SYS_poll);
  }
  ~Worker() {
    pipe_.writing.reset();
    thread_.join();
  }
  pid_t id() const { return id_; }

 private:
  static void block_all() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
  }

  pid_t id_ = 0;
  std::latch there_{1};
  forklift::Pipe pipe_;
  std::thread thread_;
};

void check_by_kernel(const ThreadSnapshot& presence) {
  CHECK(presence.stack.empty());
  const std::string& view = presence.view;
  CAPTURE(view);
  CHECK(view.starts_with("in the kernel: "));
  CHECK(view.find("poll, sleeping") != std::string::npos);
}

}  // namespace

TEST_CASE("everybody is in a roll call, also who cannot answer, and who is gone") {
  const ThreadStackCollector roll(question());
  Worker answers(false);
  Worker deaf(true);
  pid_t gone = 0;
  { gone = Worker(false).id(); }
  for (int time = 0; time < 2; ++time) {
    const pid_t threads[] = {deaf.id(), answers.id(), gone};
    const std::vector<ThreadSnapshot> present = roll.call(threads);
    REQUIRE(present.size() == 3);
    CHECK(present[0].thread == deaf.id());
    check_by_kernel(present[0]);
    CHECK(present[1].thread == answers.id());
    CHECK(present[1].stack.size() > 1);
    CHECK(present[1].view.empty());
    CHECK(present[2].stack.empty());
  }
}

TEST_CASE("without a signal the kernel alone is asked") {
  Worker worker(false);
  const pid_t threads[] = {worker.id()};
  const std::vector<ThreadSnapshot> present = ThreadStackCollector(0).call(threads);
  REQUIRE(present.size() == 1);
  check_by_kernel(present[0]);
}

TEST_CASE("two threads may call the roll at once, and the caller may be called") {
  const ThreadStackCollector roll(question());
  Worker worker(false);
  const auto call = [&] {
    const pid_t threads[] = {worker.id(), ::gettid()};
    for (int i = 0; i < 50; ++i) {
      const auto present = roll.call(threads);
      CHECK(present[0].stack.size() > 1);
      CHECK(present[1].stack.size() > 1);
    }
  };
  std::thread other(call);
  call();
  other.join();
}

TEST_CASE("nobody there, nobody called") {
  CHECK(ThreadStackCollector(question()).call({}).empty());
}
