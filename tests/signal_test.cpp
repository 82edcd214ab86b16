// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <pthread.h>
#include <signal.h>

#include <chrono>

#include "support.hpp"

using forklift::Command;

namespace {

using Set = unsigned long long;

Set bit(int signal) { return Set{1} << (signal - 1); }

Set set_of(const Shown& shown, const char* key) {
  return std::stoull(shown.values.at(key), nullptr, 16);
}

// A signal's disposition, for the length of a scope. The library caches which
// signals are ignored for a millisecond, real-time signals for 100, so a new one
// waits that long.
class Disposition {
 public:
  Disposition(int signal, void (*handler)(int)) : signal_(signal) {
    struct sigaction wanted {};
    wanted.sa_handler = handler;
    ::sigaction(signal, &wanted, &before_);
    const std::chrono::milliseconds age(signal < SIGRTMIN ? 1 : 100);
    const auto later = std::chrono::steady_clock::now() + age + std::chrono::milliseconds(1);
    while (std::chrono::steady_clock::now() < later) {
    }
  }
  ~Disposition() { ::sigaction(signal_, &before_, nullptr); }

 private:
  int signal_;
  struct sigaction before_ {};
};

class Blocked {
 public:
  explicit Blocked(int signal) {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, signal);
    ::pthread_sigmask(SIG_BLOCK, &set, &before_);
  }
  ~Blocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

void do_nothing(int) {}

}  // namespace

TEST_CASE("a program starts with an empty mask and no ignored signal, whatever the caller has") {
  const Disposition pipe(SIGPIPE, SIG_IGN);
  const Disposition user(SIGUSR1, SIG_IGN);
  const Disposition realtime(SIGRTMIN + 3, SIG_IGN);
  const Disposition caught(SIGUSR2, do_nothing);
  const Blocked blocked(SIGTERM);
  const Shown shown = show([](Command&) {});
  CHECK(set_of(shown, "blocked") == 0);
  CHECK(set_of(shown, "ignored") == 0);
}

TEST_CASE("a command that was launched before notices a signal ignored since") {
  Command command("sh");
  command.args({"-c", "kill -USR1 $$"});
  CHECK(command.run().signal() == SIGUSR1);
  const Disposition user(SIGUSR1, SIG_IGN);
  CHECK(command.run().signal() == SIGUSR1);
}

TEST_CASE("a program starts with the signals blocked and ignored that the command names") {
  const Shown shown = show([](Command& command) {
    command.block_signals({SIGUSR1, SIGTERM}).ignore_signals({SIGHUP, SIGRTMIN + 1});
  });
  CHECK(set_of(shown, "blocked") == (bit(SIGUSR1) | bit(SIGTERM)));
  CHECK(set_of(shown, "ignored") == (bit(SIGHUP) | bit(SIGRTMIN + 1)));
}

TEST_CASE("the caller's mask and ignored signals can be inherited") {
  const Disposition hup(SIGHUP, SIG_IGN);
  const Disposition caught(SIGUSR2, do_nothing);
  const Blocked blocked(SIGTERM);
  const Shown shown = show([](Command& command) {
    command.inherit_signal_mask().inherit_ignored_signals().ignore_signals({SIGALRM});
  });
  CHECK(set_of(shown, "blocked") == bit(SIGTERM));
  CHECK(set_of(shown, "ignored") == (bit(SIGHUP) | bit(SIGALRM)));
}

TEST_CASE("a launch leaves the calling thread's mask as it was") {
  const Blocked blocked(SIGUSR2);
  CHECK(Command("true").run().success());
  CHECK_FALSE(Command("/no/such/program").try_spawn());
  sigset_t now;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &now);
  CHECK(::sigismember(&now, SIGUSR2) == 1);
  CHECK(::sigismember(&now, SIGUSR1) == 0);
}

TEST_CASE("a number that is no signal makes the launch fail") {
  const auto child = Command("true").ignore_signals({99}).try_spawn();
  REQUIRE_FALSE(child);
  CHECK(child.error().step() == forklift::Step::signal);
  CHECK(child.error().subject() == "signal 99");
}
