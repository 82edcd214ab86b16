// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "process/process.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>

#include "process/proc_file.hpp"
#include "refusal.hpp"
#include "watch/sleeper.hpp"

namespace {

std::string refusal_of(pid_t pid) {
  try {
    process::look_at(pid);
  } catch (const Refusal& refusal) {
    return refusal.what();
  }
  return "not refused";
}

// A thread that waits to the end of its life, and publishes its id.
class IdleThread {
 public:
  IdleThread() : thread_([this] { wait(); }) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return id_ != 0; });
  }
  IdleThread(const IdleThread&) = delete;
  ~IdleThread() {
    {
      const std::lock_guard lock(mutex_);
      ends_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  pid_t id() const noexcept { return id_; }

 private:
  void wait() {
    std::unique_lock lock(mutex_);
    id_ = static_cast<pid_t>(::syscall(SYS_gettid));
    changed_.notify_all();
    changed_.wait(lock, [this] { return ends_; });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool ends_ = false;
  pid_t id_ = 0;
  std::thread thread_;
};

}  // namespace

TEST_CASE("a process is what /proc and we know of it") {
  Sleeper child([] {
    ::prctl(PR_SET_NAME, "a (b) c");
    ::open("/dev/null", O_RDONLY);
  });
  const process::Process found = process::look_at(child.pid());
  CHECK(found.pid == child.pid());
  CHECK(found.name == "a (b) c");
  CHECK(found.command.find("watch_process_test") != std::string::npos);
  CHECK(found.executable == std::filesystem::read_symlink("/proc/self/exe"));
  CHECK(found.user == ::geteuid());
  CHECK(found.threads == 1);
  CHECK(found.mappings > 10);
  CHECK(found.descriptors.value_or(0) >= 4);
  CHECK(found.memory.resident > 0);
  CHECK(found.memory.mapped > found.memory.resident);
  CHECK(found.memory.page_tables > 0);
  CHECK(found.runtime == process::Runtime::native);
}

TEST_CASE("memory that a process writes to is its own, and has page tables") {
  constexpr std::size_t size = 64U << 20;
  Sleeper small([] {});
  Sleeper large([] { fill_memory(size); });
  const process::Memory before = process::look_at(small.pid()).memory;
  const process::Memory after = process::look_at(large.pid()).memory;
  CHECK(after.anonymous >= before.anonymous + size * 9 / 10);
  CHECK(after.page_tables >= before.page_tables + size / 512 * 9 / 10);
}

TEST_CASE("a process that ended, another that took its id, and a zombie do not run still") {
  Sleeper child([] {});
  const process::Process found = process::look_at(child.pid());
  CHECK(process::still_runs(found));
  process::Process earlier = found;
  --earlier.started;
  CHECK_FALSE(process::still_runs(earlier));
  child.kill();
  CHECK_FALSE(process::still_runs(found));
  CHECK(refusal_of(child.pid()) == "process " + std::to_string(child.pid()) +
                                       " is a zombie: it has ended and waits for its parent");
  child.reap();
  CHECK_FALSE(process::still_runs(found));
  CHECK(refusal_of(child.pid()) == "no process has the id " + std::to_string(child.pid()));
}

TEST_CASE("an id that no process can have is refused") {
  CHECK(refusal_of(0) == "no process has the id 0");
  CHECK(refusal_of(-1) == "no process has the id -1");
  CHECK(refusal_of(2147483647) == "no process has the id 2147483647");
}

TEST_CASE("of a thread it is told whose it is") {
  const IdleThread thread;
  CHECK(refusal_of(thread.id()) == std::to_string(thread.id()) + " is a thread of process " +
                                       std::to_string(::getpid()) +
                                       " ('watch_process_t'): give that id");
}

TEST_CASE("a kernel thread has no memory to copy") {
  const auto second = process::stat_of(2);
  if (!second || !second->of_kernel) {
    MESSAGE("skipped: no kernel thread is seen from this pid namespace");
    return;
  }
  CHECK(refusal_of(2) ==
        "process 2 ('kthreadd') is a kernel thread: it has no memory of its own to copy");
}

TEST_CASE("a process whose first thread has ended is no zombie") {
  Sleeper child([] {
    std::thread([] {
      for (;;) ::pause();
    }).detach();
    // Ready first: this thread does not return.
    Sleeper::tell_ready();
    ::syscall(SYS_exit, 0);
  });
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (process::stat_of(child.pid())->state != 'Z' && std::chrono::steady_clock::now() < end) {
    std::this_thread::yield();
  }
  CHECK(refusal_of(child.pid()).find("the first thread of process") != std::string::npos);
}
