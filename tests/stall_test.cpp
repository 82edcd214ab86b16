// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <forklift/stall.hpp>
#include <forklift/tracer.hpp>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "fifo.hpp"

using forklift::Command, forklift::ForkLock, forklift::StallMeter, forklift::StallReport;
using forklift::Launch, forklift::Step;
using namespace std::chrono_literals;

namespace {

// Blocks a launch; the child continues at the end.
class Gate {
 public:
  Command command() const { return stuck(fifo_); }
  std::string subject() const { return "'" + fifo_.path() + "'"; }
  // Opening waits for a reading child.
  void open() { writer_ = forklift::Fd(::open(fifo_.path().c_str(), O_WRONLY | O_CLOEXEC)); }

 private:
  Fifo fifo_;
  forklift::Fd writer_;
};

template <class Is>
StallReport await_report(const StallMeter& meter, Is is) {
  for (;;) {
    StallReport report = meter.report();
    if (is(report)) return report;
    std::this_thread::yield();
  }
}

bool stands_in_open(const StallReport& report) {
  return report.launches.size() == 1 && report.launches[0].step == Step::open;
}

// Counts calls, and lets a test wait for them.
class Calls {
 public:
  StallMeter::Callback callback() {
    return [this](const StallReport& report) {
      const std::lock_guard guard(mutex_);
      reports_.push_back(report);
      changed_.notify_all();
    };
  }
  StallReport await(std::size_t count) {
    std::unique_lock guard(mutex_);
    changed_.wait(guard, [&] { return reports_.size() >= count; });
    return reports_[count - 1];
  }
  std::size_t count() {
    const std::lock_guard guard(mutex_);
    return reports_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<StallReport> reports_;
};

class Silent : public forklift::Tracer {
 public:
  void before(const forklift::LaunchTrace&) noexcept override { ++told; }
  void after(const forklift::LaunchTrace&) noexcept override { ++told; }
  std::atomic<int> told{0};
};

// Reads until the text is there.
std::string read_to(int descriptor, const std::string& text) {
  std::string got;
  char piece[4096];
  while (got.find(text) == std::string::npos) {
    const ssize_t size = ::read(descriptor, piece, sizeof piece);
    if (size <= 0 && errno != EINTR) break;
    if (size > 0) got.append(piece, static_cast<std::size_t>(size));
  }
  return got;
}

struct sigaction disposition(int signal) {
  struct sigaction known {};
  ::sigaction(signal, nullptr, &known);
  return known;
}

bool is_handler(int signal, void (*handler)(int)) {
  return disposition(signal).sa_handler == handler;
}

void handle_nothing(int) {}

int code_of(const std::function<void()>& work) {
  try {
    work();
    return 0;
  } catch (const std::system_error& error) {
    return error.code().value();
  }
}

}  // namespace

TEST_CASE("a launch that stands still is reported with its step and its program, and then not") {
  const StallMeter meter({.threshold = 0ms});
  Gate gate;
  Launch launch = gate.command().start();
  const StallReport report = await_report(meter, stands_in_open);
  const StallReport::Launch& seen = report.launches[0];
  CHECK(seen.program == "cat");
  CHECK(seen.engine == engine());
  CHECK(seen.subject == gate.subject());
  CHECK(seen.child == launch.pid());
  CHECK(seen.thread == ::gettid());
  CHECK_FALSE(seen.beginning);
  CHECK_FALSE(seen.waiting);  // this thread does something else
  CHECK(report.text().find("no thread: waits for the launch of 'cat'") != std::string::npos);
  CHECK(report.text().find("in 'open' " + gate.subject()) != std::string::npos);
  gate.open();
  // Its program runs: no stall, although it was not finished.
  CHECK(await_report(meter, [](const auto& now) { return now.launches.empty(); }).launched == 0);
  REQUIRE(std::move(launch).finish());
  CHECK(meter.report().launched == 1);
  CHECK(meter.report().failed == 0);
}

TEST_CASE("a thread that waits for a launch beyond the threshold has its stack in the report") {
  const StallMeter meter({.threshold = 1ms});
  Gate gate;
  std::atomic<pid_t> id{0};
  std::jthread launching([&] {
    id = ::gettid();
    CHECK(gate.command().try_spawn());
  });
  const StallReport report = await_report(meter, [](const StallReport& now) {
    return stands_in_open(now) && now.launches[0].waiting &&
           !now.launches[0].waiting->stack.empty();
  });
  CHECK(report.launches[0].waiting->thread == id);
  CHECK(report.launches[0].lasting >= 1ms);
  CHECK(report.long_launches.empty());
  gate.open();
  launching.join();
  const StallReport after = meter.report();
  CHECK(after.launches.empty());
  REQUIRE(after.long_launches.size() == 1);
  CHECK(after.long_launches[0].number == report.launches[0].number);
  CHECK(after.long_launches[0].lasting >= report.launches[0].lasting);
  CHECK(after.long_launches[0].step == Step::open);
  CHECK_FALSE(after.long_launches[0].waiting->stack.empty());
}

TEST_CASE("a launch below the threshold takes no stack and is none of the long ones") {
  const StallMeter meter({.threshold = 1h});
  CHECK(Command("true").run().success());
  const StallReport report = meter.report();
  CHECK(report.launched == 1);
  CHECK(report.long_launches.empty());
}

TEST_CASE("a thread that waits for the lock, and who holds it, are in the report, with a stack") {
  ForkLock lock(ForkLock::Rule::one_at_a_time, 1ms);
  const StallMeter meter({.threshold = 1ms, .lock = &lock});
  lock.lock();
  std::jthread waiting([&] {
    lock.lock();
    lock.unlock();
  });
  const StallReport report = await_report(meter, [](const StallReport& now) {
    return !now.lock->waiters.empty() && !now.lock->waiters[0].stack.empty() &&
           !now.holders.empty();
  });
  CHECK(report.holders[0].thread == ::gettid());
  CHECK_FALSE(report.holders[0].kernel.empty());
  const std::string text = report.text();
  CHECK(text.find("threads that wait for the ForkLock: 1") != std::string::npos);
  CHECK(text.find(": holds the ForkLock as a launcher") != std::string::npos);
  CHECK(text.find(": waits for the ForkLock as a launcher") != std::string::npos);
  lock.unlock();
  waiting.join();
  const StallReport after = meter.report();
  REQUIRE(after.lock->long_waits.size() == 1);
  CHECK(after.lock->long_waits[0].number == report.lock->waiters[0].number);
  const auto& holds = after.lock->long_holds;
  const auto hold =
      std::ranges::find(holds, report.lock->holders[0].number, &ForkLock::Holder::number);
  REQUIRE(hold != holds.end());
  CHECK_FALSE(hold->stack.empty());
  CHECK(after.text().find("was: thread ") != std::string::npos);
}

TEST_CASE("a holder thread that is asked by a signal gives its stack") {
  ForkLock lock;
  const StallMeter meter({.threshold = 0ms, .lock = &lock, .ask = SIGRTMIN + 4});
  const auto release = forklift::fork_exec_pipe().value();
  std::jthread holding([&] {
    const std::unique_lock held(lock);
    pollfd wanted{release.reading.get(), POLLIN, 0};
    while (::poll(&wanted, 1, -1) < 0) {
    }
  });
  const StallReport report = await_report(meter, [](const StallReport& now) {
    return !now.holders.empty() && !now.holders[0].stack.empty();
  });
  CHECK(report.holders[0].interrupted);
  CHECK(report.holders[0].kernel.empty());
  CHECK(::write(release.writing.get(), "x", 1) == 1);
}

TEST_CASE("every launch is counted once, by thread and outcome, in both histograms") {
  const StallMeter meter;
  constexpr int each = 20;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int n = 0; n < each; ++n) {
        CHECK(Command("true").run().success());
        CHECK_FALSE(Command("/no/such/program").try_spawn());
        CHECK_FALSE(Command("").try_spawn());
        { const Launch dropped = Command("true").start(); }
      }
    });
  }
  std::atomic<bool> over{false};
  std::jthread looking([&] {
    while (!over) meter.report().text();
  });
  threads.clear();
  over = true;
  const StallReport report = meter.report();
  CHECK(report.launches.empty());
  CHECK(report.launched == 4 * 4 * each);
  CHECK(report.failed == 4 * 3 * each);
  CHECK(report.hold.count() == report.launched);
  CHECK(report.launch.count() == report.launched);
  CHECK(report.launch.longest() >= report.hold.longest());
  CHECK(report.launch.quantile(0.5) <= report.launch.longest());
}

TEST_CASE("a launch whose child ran at once is none of the long ones, however late one asks") {
  const StallMeter meter({.threshold = 20ms});
  const auto begun = std::chrono::steady_clock::now();
  const auto past = [&] { return std::chrono::steady_clock::now() - begun; };
  Launch launch = Command("true").start();
  await_report(meter, [](const StallReport& now) { return now.launches.empty(); });
  if (past() >= 20ms) {
    MESSAGE("skipped: this machine is too busy to launch within 20 ms");
    return;
  }
  const auto asked = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - asked < 20ms) std::this_thread::yield();
  CHECK(std::move(launch).finish());
  CHECK(meter.report().launch.longest() >= 20ms);
  CHECK(meter.report().long_launches.empty());
}

TEST_CASE("a meter counts what began in its time, also beside another meter") {
  const StallMeter first;
  CHECK(Command("true").run().success());
  {
    const StallMeter second;
    CHECK(Command("true").run().success());
    CHECK(second.report().launched == 1);
  }
  CHECK(Command("true").run().success());
  CHECK(first.report().launched == 3);
}

TEST_CASE("a launch may outlive the meter that saw it begin, and be finished without one") {
  Gate gate;
  std::optional<Launch> launch;
  {
    const StallMeter meter({.threshold = 0ms});
    launch = gate.command().start();
    await_report(meter, stands_in_open);
  }
  const StallMeter later;
  CHECK(later.report().launches.empty());
  gate.open();
  CHECK(std::move(*launch).finish());
  CHECK(later.report().launched == 0);
}

TEST_CASE("the tracer stays who it was, and is told of every launch") {
  Silent tracer;
  forklift::Tracer* const before = forklift::set_tracer(&tracer);
  {
    const StallMeter meter;
    CHECK(Command("true").run().success());
    CHECK(tracer.told == 2);
    CHECK(meter.report().launched == 1);
  }
  CHECK(forklift::set_tracer(before) == &tracer);
}

TEST_CASE("on_stall is called once for each stall of a thread, and for none that was over before") {
  Calls calls;
  Gate gate, second_gate;
  StallMeter meter({.threshold = 1ms, .pause = 0ms});
  {
    Gate old;
    std::jthread opening([&] { old.open(); });
    CHECK(old.command().spawn().pid() > 0);
  }
  meter.on_stall(calls.callback());
  std::jthread launching([&] { CHECK(gate.command().try_spawn()); });
  const StallReport first = calls.await(1);
  REQUIRE(first.launches.size() == 1);
  std::jthread again([&] { CHECK(second_gate.command().try_spawn()); });
  const StallReport second = calls.await(2);
  CHECK(second.launches.size() == 2);
  gate.open();
  second_gate.open();
  launching.join();
  again.join();
  meter.on_stall(nullptr);
  const auto seen = meter.report();
  const auto long_ones = static_cast<std::size_t>(std::ranges::count_if(
      seen.long_launches, [&](const auto& one) { return one.number >= first.launches[0].number; }));
  CHECK(long_ones == 2);
  CHECK(calls.count() == 2);
}

TEST_CASE("a waiting thread's wait for the lock calls on_stall while it lasts") {
  ForkLock lock(ForkLock::Rule::one_at_a_time, 1ms);
  Calls calls;
  StallMeter meter({.threshold = 1ms, .lock = &lock, .pause = 0ms});
  lock.lock();
  meter.on_stall(calls.callback());
  CHECK(calls.await(1).lock->holders.size() == 1);
  std::jthread waiting([&] {
    lock.lock();
    lock.unlock();
  });
  CHECK(calls.await(2).lock->waiters.size() == 1);
  lock.unlock();
}

TEST_CASE("a signal prints the report by the meter's thread, and then means what it meant before") {
  const auto out = forklift::fork_exec_pipe().value();
  const auto before = disposition(SIGUSR1);
  {
    StallMeter meter;
    meter.dump_on(SIGUSR1, out.writing.get());
    for (int time = 0; time < 2; ++time) {
      REQUIRE(::kill(::getpid(), SIGUSR1) == 0);
      const std::string text = read_to(out.reading.get(), "beyond 10 ms\n");
      CHECK(text.find("=== launches in flight: 0; threads that wait") != std::string::npos);
    }
  }
  CHECK(is_handler(SIGUSR1, before.sa_handler));
}

TEST_CASE("a signal may call back in the meter's thread, which blocks signals") {
  Calls calls;
  StallMeter meter;
  std::atomic<pid_t> teller{0};
  std::atomic<bool> blocks{false};
  meter.dump_on(SIGUSR2, [&, callback = calls.callback()](const StallReport& report) {
    sigset_t mask;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    blocks = ::sigismember(&mask, SIGUSR2) == 1 && ::sigismember(&mask, SIGTERM) == 1;
    teller = ::gettid();
    callback(report);
  });
  REQUIRE(::kill(::getpid(), SIGUSR2) == 0);
  calls.await(1);
  CHECK(teller != ::gettid());
  CHECK(blocks);
}

TEST_CASE("a signal that the program or another meter's thread handles is not taken away") {
  struct sigaction own {};
  own.sa_handler = handle_nothing;
  struct sigaction before {};
  ::sigaction(SIGUSR1, &own, &before);
  StallMeter meter;
  CHECK(code_of([&] { meter.dump_on(SIGUSR1); }) == EBUSY);
  CHECK(is_handler(SIGUSR1, handle_nothing));
  ::sigaction(SIGUSR1, &before, nullptr);
  meter.dump_on(SIGUSR1);
  StallMeter other;
  CHECK(code_of([&] { other.dump_on(SIGUSR1); }) == EBUSY);
}

TEST_CASE("a handler that was installed after the meter's thread took the signal stays") {
  {
    StallMeter meter;
    meter.dump_on(SIGUSR1);
    ::signal(SIGUSR1, handle_nothing);
  }
  CHECK(is_handler(SIGUSR1, handle_nothing));
  ::signal(SIGUSR1, SIG_DFL);
}

TEST_CASE("bad input to a meter is refused, before any thread is there") {
  CHECK_THROWS_AS(StallMeter({.threshold = -1ms}), std::invalid_argument);
  CHECK_THROWS_AS(StallMeter({.pause = -1ms}), std::invalid_argument);
  CHECK(code_of([] { StallMeter({.ask = SIGUSR1}); }) == EINVAL);
  CHECK(code_of([] { StallMeter({.ask = 4711}); }) == EINVAL);
  StallMeter meter;
  const std::size_t threads = thread_count();
  CHECK(code_of([&] { meter.dump_on(SIGKILL); }) == EINVAL);
  CHECK(code_of([&] { meter.dump_on(0); }) == EINVAL);
  CHECK(code_of([&] { meter.dump_on(65); }) == EINVAL);
  CHECK(thread_count() == threads);
}

TEST_CASE("many threads launch and wait for the lock while others take reports of them") {
  ForkLock lock(ForkLock::Rule::one_at_a_time, 1us);
  Calls calls;
  StallMeter meter({.threshold = 1us, .lock = &lock, .pause = 1ms});
  meter.on_stall(calls.callback());
  std::vector<std::jthread> launching;
  for (int i = 0; i < 4; ++i) {
    launching.emplace_back([&] {
      for (int n = 0; n < 30; ++n) {
        const std::unique_lock held(lock);
        CHECK(Command("true").run().success());
      }
    });
  }
  for (int n = 0; n < 30; ++n) CHECK_FALSE(meter.report().text().empty());
  launching.clear();
  calls.await(1);
  CHECK(meter.report().launched == 120);
  CHECK(meter.report().lock->acquired == 120);
}

TEST_CASE("threads whose stacks are alike share one, if there are many of them") {
  std::vector<forklift::StackText> threads;
  int code = 0;
  for (int i = 0; i < 9; ++i) {
    threads.push_back({"number " + std::to_string(i), {.stack = {&code}}});
  }
  const auto name = [](void*, bool) { return std::string("a function"); };
  const std::string shared = forklift::print_stacks(threads, name);
  CHECK(shared.starts_with("\nnumber 0\nnumber 1\n"));
  CHECK(shared.ends_with("number 8\n    a function\n"));
  threads.pop_back();
  CHECK(forklift::print_stacks(threads, name).starts_with("\nnumber 0\n    a function\n\n"));
}

TEST_CASE("a frame is named by its function where that is exported, else by its module") {
  const std::string libc = forklift::name_frame(reinterpret_cast<void*>(&::getppid), false);
  CHECK(libc.find("getppid+") != std::string::npos);
  CHECK(forklift::name_frame(nullptr, false) == "0");
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("both halves of a forked program launch, and the other half's meter is spent") {
  auto meter = std::make_unique<StallMeter>();
  Calls calls;
  meter->on_stall(calls.callback());
  meter->dump_on(SIGUSR1);
  Launch launch = Command("true").start();
  const pid_t pid = ::fork();
  if (pid == 0) {
    const bool spent = meter->report().launches.empty() && meter->report().launched == 0;
    ::kill(::getpid(), SIGUSR1);
    bool works = Command("true").run().success();
    { const Launch gone = std::move(launch); }
    StallMeter own;
    own.on_stall([](const StallReport&) {});
    works = works && Command("true").run().success() && own.report().launched == 1;
    meter.reset();
    ::_exit(spent && works ? 0 : 1);
  }
  int status = -1;
  CHECK(::waitpid(pid, &status, 0) == pid);
  CHECK(status == 0);
  CHECK(std::move(launch).finish());
  CHECK(meter->report().launched == 1);
}
#endif
