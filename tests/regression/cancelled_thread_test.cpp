// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Cancellation unwinds from inside libc's blocking calls, and ends the program
// where it meets a destructor or another function that is noexcept.

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <forklift/fork_lock.hpp>

#include "kinds_of_launch.hpp"

using forklift::Child, forklift::Command, forklift::Stdio;
using namespace std::chrono_literals;

namespace {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr bool can_cancel = false;  // their interceptors do not survive the unwinding
#else
constexpr bool can_cancel = true;
#endif

// Runs `work` on a thread that is cancelled before it begins; the request stays
// pending. Returns whether the thread reached the end of `work`.
template <class Work>
bool ends_before_cancelled(Work work) {
  struct Task {
    Work& work;
    std::atomic<bool> asked{false}, ended{false};
  } task{work};
  pthread_t thread{};
  const auto body = [](void* argument) -> void* {
    auto& own = *static_cast<Task*>(argument);
    while (!own.asked) {
    }
    own.work();
    own.ended = true;
    ::pthread_testcancel();
    return nullptr;
  };
  REQUIRE(::pthread_create(&thread, nullptr, body, &task) == 0);
  ::pthread_cancel(thread);
  task.asked = true;
  void* result = nullptr;
  ::pthread_join(thread, &result);
  CHECK(result == PTHREAD_CANCELED);  // the request was not lost
  return task.ended;
}

}  // namespace

TEST_CASE("a thread that is to be cancelled launches in every way, and is cancelled after that") {
  if (!can_cancel) return;
  const Command command = Command("sleep").arg("1000");
  for (const KindOfLaunch& kind : kinds_of_launch()) {
    CAPTURE(std::string(kind.name));
    CHECK(ends_before_cancelled([&] { kind.run(command); }));
  }
}

TEST_CASE("a thread that is to be cancelled fails to launch without ending the program") {
  if (!can_cancel) return;
  CHECK(ends_before_cancelled([] {
    static_cast<void>(Command("/no/such/program").in(Stdio::pipe()).try_spawn());
    static_cast<void>(Command("true").user("nobody at all").try_spawn());
  }));
}

TEST_CASE("a thread that is to be cancelled waits for and ends children") {
  if (!can_cancel) return;
  CHECK(ends_before_cancelled([] {
    Command("cat").in(Stdio::pipe()).spawn().wait();
    Command("cat").in(Stdio::pipe()).spawn().wait_for(1ms);
    Command("sleep").arg("1000").process_group().spawn().stop_tree(1ms);
    Command("true").spawn().detach();
    Command("true").in(Stdio::pipe()).spawn().announce_end();
    forklift::reserve(2);
  }));
}

TEST_CASE("a thread that is cancelled in output takes its child along") {
  if (!can_cancel) return;
  pthread_t thread{};
  static std::atomic<pid_t> pid;
  pid = 0;
  const auto body = [](void*) -> void* {
    forklift::OutputOptions options;
    options.out =
        forklift::Sink::pieces([](std::string_view said) { pid = std::stoi(std::string(said)); });
    Command("sh").args({"-c", "echo $$; exec sleep 1000"}).output(options);
    return nullptr;
  };
  REQUIRE(::pthread_create(&thread, nullptr, body, nullptr) == 0);
  while (pid == 0) ::sched_yield();
  ::pthread_cancel(thread);
  void* result = nullptr;
  ::pthread_join(thread, &result);
  CHECK(result == PTHREAD_CANCELED);
  CHECK(::kill(pid, 0) != 0);
}
