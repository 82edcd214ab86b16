// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/hang/roll_call.hpp"

#include <doctest/doctest.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <forklift/fork_lock.hpp>
#include <latch>
#include <thread>

using lab::Stage, lab::hang::Presence, lab::hang::RollCall;

namespace {

class Idle : public lab::Contender {
 public:
  explicit Idle(Stage stage) { enter(stage); }
  lab::Times launch() override { return {}; }
};

// Sits in the kernel until the pipe's other end is closed. By poll(2), in which
// ThreadSanitizer, too, lets signals through.
void wait_for(const forklift::Fd& pipe) {
  pollfd wanted{pipe.get(), POLLIN, 0};
  while (::poll(&wanted, 1, -1) < 0) {
  }
}

class Worker {
 public:
  Worker(RollCall& roll, std::size_t number, Stage stage, bool deaf)
      : pipe_(forklift::fork_exec_pipe().value()), thread_([=, this, &roll] {
          const Idle contender(stage);
          const RollCall::Seat seat(roll, number, contender);
          if (deaf) block_all();
          seated_.count_down();
          wait_for(pipe_.reading);
        }) {
    seated_.wait();
  }
  ~Worker() {
    pipe_.writing.reset();
    thread_.join();
  }

 private:
  static void block_all() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
  }

  std::latch seated_{1};
  forklift::Pipe pipe_;
  std::thread thread_;
};

}  // namespace

TEST_CASE("everybody is in a roll call, also who cannot answer, and who left is not") {
  RollCall roll;
  Worker answers(roll, 2, Stage::waiting_for_lock, false);
  Worker deaf(roll, 1, Stage::launching, true);
  { Worker gone(roll, 3, Stage::running, false); }
  for (int time = 0; time < 2; ++time) {
    const std::vector<Presence> present = roll.call();
    REQUIRE(present.size() == 2);
    CHECK(present[0].number == 1);
    CHECK(present[0].stage == Stage::launching);
    CHECK(present[0].stack.empty());
    const std::string& kernel = present[0].kernel;
    CAPTURE(kernel);
    CHECK(kernel.starts_with("in the kernel: "));
    CHECK(kernel.find("poll, sleeping") != std::string::npos);
    CHECK(present[1].number == 2);
    CHECK(present[1].stage == Stage::waiting_for_lock);
    CHECK(present[1].stack.size() > 1);
    CHECK(present[1].kernel.empty());
  }
}

TEST_CASE("nobody there, nobody called") {
  RollCall roll;
  CHECK(roll.call().empty());
}
