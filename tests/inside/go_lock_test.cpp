// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <semaphore>
#include <thread>
#include <vector>

#include "lab/go_lock/fork_lock.hpp"
#include "lab/go_lock/rules_lock.hpp"

namespace {

using namespace lab::go_lock;
using namespace std::chrono_literals;

// One thread runs at a time, until it sleeps or is done: the test's own, or the
// one chosen by the test. Time stands still unless the test moves it.
class Theatre : public Scheduler {
 public:
  class Actor {
   public:
    Actor(Theatre& theatre, std::function<void()> act)
        : theatre_(theatre), thread_([this, act = std::move(act)] {
            turn_.acquire();
            act();
            done_ = true;
            theatre_.curtain_.release();
          }) {
      run();
    }
    // One that still sleeps has failed the test: it sleeps on until exit.
    ~Actor() {
      if (done_) {
        thread_.join();
      } else {
        thread_.detach();
      }
    }

    bool asleep() const { return !done_ && !woken_; }
    bool woken() const { return !done_ && woken_; }
    bool done() const { return done_; }

    /// Requires: not asleep.
    void run() {
      theatre_.on_stage_ = this;
      woken_ = false;
      turn_.release();
      theatre_.curtain_.acquire();
    }

   private:
    friend Theatre;
    Theatre& theatre_;
    std::binary_semaphore turn_{0};
    bool done_ = false;
    bool woken_ = false;
    std::thread thread_;
  };

  std::chrono::steady_clock::time_point now() override { return now_; }
  bool may_spin(int) override { return false; }
  void spin() override {}
  void park(Sleeper& self) override {
    Actor& me = *on_stage_;
    sleeping_[&self] = &me;
    curtain_.release();
    me.turn_.acquire();
  }
  void wake(Sleeper& other) override { sleeping_.at(&other)->woken_ = true; }

  void pass(std::chrono::nanoseconds time) { now_ += time; }

 private:
  std::map<Sleeper*, Actor*> sleeping_;
  std::binary_semaphore curtain_{0};
  Actor* on_stage_ = nullptr;
  std::chrono::steady_clock::time_point now_{};
};

using Actor = Theatre::Actor;

// The mutex is unlocked, and taken by a running thread before any woken one.
void barge(Mutex& mutex) {
  mutex.unlock();
  mutex.lock();
}

constexpr Rules go_1_8{.mutex = Mutex::Policy::barging};
constexpr Rules go_1_9{.mutex = Mutex::Policy::starvation_mode};
constexpr Rules go_1_21{.mutex = Mutex::Policy::starvation_mode, .launchers_share = true};

}  // namespace

TEST_CASE("under Go 1.8 a woken waiter loses to one that runs, as often as one runs") {
  Theatre theatre;
  Mutex mutex(theatre, Mutex::Policy::barging);
  mutex.lock();
  Actor waiter(theatre, [&] { mutex.lock(); });
  for (int lost = 0; lost < 1000; ++lost) {
    barge(mutex);
    REQUIRE(waiter.woken());
    theatre.pass(10ms);
    waiter.run();
    REQUIRE(waiter.asleep());
    REQUIRE_FALSE(mutex.starving());
  }
  mutex.unlock();
  waiter.run();
  CHECK(waiter.done());
}

TEST_CASE("under Go 1.8 one that lost is woken after those who came later") {
  Theatre theatre;
  Mutex mutex(theatre, Mutex::Policy::barging);
  mutex.lock();
  Actor first(theatre, [&] { mutex.lock(); });
  Actor second(theatre, [&] { mutex.lock(); });
  barge(mutex);
  first.run();
  barge(mutex);
  CHECK(first.asleep());
  CHECK(second.woken());
  second.run();
  for (Actor* const one : {&first, &second}) {
    mutex.unlock();
    one->run();
    REQUIRE(one->done());
  }
}

TEST_CASE("under Go 1.9 one that lost is woken again before those who came later") {
  Theatre theatre;
  Mutex mutex(theatre, Mutex::Policy::starvation_mode);
  mutex.lock();
  Actor first(theatre, [&] { mutex.lock(); });
  Actor second(theatre, [&] { mutex.lock(); });
  theatre.pass(500us);
  barge(mutex);
  first.run();
  CHECK(first.asleep());
  CHECK_FALSE(mutex.starving());
  mutex.unlock();
  CHECK(first.woken());
  CHECK(second.asleep());
  first.run();
  mutex.unlock();
  second.run();
  CHECK(second.done());
}

TEST_CASE("under Go 1.9 nobody takes the mutex from one that has lost after a millisecond") {
  Theatre theatre;
  Mutex mutex(theatre, Mutex::Policy::starvation_mode);
  mutex.lock();
  Actor waiter(theatre, [&] { mutex.lock(); });
  Actor other(theatre, [&] { mutex.lock(); });
  barge(mutex);
  theatre.pass(1001us);
  waiter.run();
  REQUIRE(waiter.asleep());
  CHECK(mutex.starving());
  mutex.unlock();
  Actor late(theatre, [&] { mutex.lock(); });
  CHECK(late.asleep());
  waiter.run();
  CHECK(waiter.done());
  // Those behind it have waited for as long, so it continues in order.
  CHECK(mutex.starving());
  mutex.unlock();
  CHECK(other.woken());
  other.run();
  CHECK(other.done());
  mutex.unlock();
  late.run();
  CHECK(late.done());
  CHECK_FALSE(mutex.starving());
}

TEST_CASE("under Go 1.9 the order ends with one that waited for less than a millisecond") {
  Theatre theatre;
  Mutex mutex(theatre, Mutex::Policy::starvation_mode);
  mutex.lock();
  Actor starved(theatre, [&] { mutex.lock(); });
  barge(mutex);
  theatre.pass(2ms);
  starved.run();
  Actor fresh(theatre, [&] { mutex.lock(); });
  Actor behind(theatre, [&] { mutex.lock(); });
  mutex.unlock();
  starved.run();
  mutex.unlock();
  fresh.run();
  CHECK(fresh.done());
  CHECK_FALSE(mutex.starving());
  mutex.unlock();
  behind.run();
  CHECK(behind.done());
}

TEST_CASE("a launcher that waits stops new creators, and those inside go on") {
  Theatre theatre;
  RulesLock lock(theatre, go_1_9);
  lock.lock_shared();
  Actor launcher(theatre, [&] { lock.lock(); });
  CHECK(launcher.asleep());
  Actor creator(theatre, [&] { lock.lock_shared(); });
  CHECK(creator.asleep());
  lock.unlock_shared();
  CHECK(launcher.woken());
  launcher.run();
  CHECK(creator.asleep());
  lock.unlock();
  CHECK(creator.woken());
  creator.run();
  CHECK(creator.done());
  lock.unlock_shared();
}

TEST_CASE("under Go 1.20 launchers exclude each other, under Go 1.21 they do not") {
  Theatre theatre;
  RulesLock alone(theatre, go_1_9);
  alone.lock();
  Actor second(theatre, [&] { alone.lock(); });
  CHECK(second.asleep());
  alone.unlock();
  second.run();
  alone.unlock();

  RulesLock together(theatre, go_1_21);
  together.lock();
  Actor beside(theatre, [&] { together.lock(); });
  CHECK(beside.done());
  together.unlock();
  together.unlock();
}

TEST_CASE("under Go 1.21 a creator that waits goes before the next launcher") {
  Theatre theatre;
  RulesLock lock(theatre, go_1_21);
  lock.lock();
  Actor creator(theatre, [&] { lock.lock_shared(); });
  Actor next(theatre, [&] { lock.lock(); });
  CHECK(creator.asleep());
  CHECK(next.asleep());
  lock.unlock();
  creator.run();
  CHECK(creator.done());
  next.run();  // admitted as a creator, it waits for the other to leave
  CHECK(next.asleep());
  lock.unlock_shared();
  next.run();
  CHECK(next.done());
  lock.unlock();
}

TEST_CASE("threads exclude each other under either mutex, and the books are empty afterwards") {
  for (const Rules rules : {go_1_8, go_1_9}) {
    ForkLock lock(rules);
    int inside = 0;
    int most = 0;
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&](const std::stop_token& end) {
          for (int round = 0; round < 200 && !end.stop_requested(); ++round) {
            lock.lock();
            most = std::max(most, ++inside);
            std::this_thread::yield();
            --inside;
            lock.unlock();
          }
        });
      }
      for (auto& thread : threads) thread.join();
    }
    CHECK(most == 1);
    const auto report = lock.report();
    CHECK(report.holders.empty());
    CHECK(report.waiters.empty());
    CHECK(report.acquired == 800);
  }
}

TEST_CASE("a long wait has the stack of the one that waits") {
  ForkLock lock(go_1_8);
  lock.lock();
  std::jthread waiter([&] {
    lock.lock();
    lock.unlock();
  });
  while (true) {
    const auto report = lock.report();
    if (!report.waiters.empty() && !report.waiters.front().stack.empty()) break;
    std::this_thread::yield();
  }
  CHECK(lock.report().holders.size() == 1);
  lock.unlock();
  waiter.join();
  CHECK(lock.report().long_waits.size() == 1);
}
