// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/loop/threads.hpp"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <array>
#include <forklift/fd.hpp>
#include <mutex>
#include <thread>

#include "lab/contenders/by_hand.hpp"

namespace lab::loop {
namespace {

struct Pipe {
  forklift::Fd read, write;
};

Pipe make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) < 0) fail("pipe2", errno);
  return {forklift::Fd(ends[0]), forklift::Fd(ends[1])};
}

class Actions {
 public:
  Actions() { ::posix_spawn_file_actions_init(&actions_); }
  ~Actions() { ::posix_spawn_file_actions_destroy(&actions_); }
  Actions(const Actions&) = delete;
  void put(const forklift::Fd& end, int number) {
    ::posix_spawn_file_actions_adddup2(&actions_, end.get(), number);
  }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

class Threads : public EventLoop {
 public:
  explicit Threads(std::string program) : program_(std::move(program)) {}

  Turn run(const Task& task) override {
    Turn turn;
    std::exception_ptr trouble;
    std::mutex mutex;
    const Stopwatch begun;
    {
      std::array<std::jthread, 8> threads;
      for (std::jthread& thread : threads) {
        thread = std::jthread([&] {
          std::size_t launches = 0;
          std::exception_ptr mine;
          try {
            for (; Clock::now() < task.until; ++launches) launch();
          } catch (...) {
            mine = std::current_exception();
          }
          const std::lock_guard lock(mutex);
          turn.launches += launches;
          if (mine) trouble = mine;
        });
      }
    }
    if (trouble) std::rethrow_exception(trouble);
    turn.seconds = begun.read() / 1e6;
    return turn;
  }

 private:
  void launch() {
    Pipe in = make_pipe();
    Pipe out = make_pipe();
    Pipe err = make_pipe();
    Actions actions;
    actions.put(in.read, 0);
    actions.put(out.write, 1);
    actions.put(err.write, 2);
    char* const argv[] = {program_.data(), nullptr};
    pid_t pid = -1;
    const int error =
        ::posix_spawn(&pid, program_.c_str(), actions.get(), nullptr, argv, ::environ);
    if (error != 0) fail("posix_spawn", error);
    in.read = forklift::Fd();
    out.write = forklift::Fd();
    err.write = forklift::Fd();
    reap(pid);
  }

  std::string program_;
};

}  // namespace

std::unique_ptr<EventLoop> make_threads(const std::string& program) {
  return std::make_unique<Threads>(program);
}

}  // namespace lab::loop
