// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// libuv: uv_spawn in a loop of the contender, run until the exit callback. It
// forks with all signals blocked, and a close-on-exec pipe reports the result
// of the exec.
//
// Side effects: while one of its children lives, there is a SIGCHLD handler,
// which notifies every loop that has children; a loop waits for its own by pid,
// so it takes no other status. For good, the process has a handler at fork
// (pthread_atfork): it runs in the child of every fork(), not of vfork.
#include <uv.h>

#include <stdexcept>

#include "lab/contenders/stopwatch.hpp"
#include "lab/modules/entry.hpp"

namespace {

using lab::Stage;

void check(int result, const char* step) {
  if (result < 0) {
    throw std::runtime_error(std::string("libuv, ") + step + ": " + uv_strerror(result));
  }
}

class Libuv : public lab::Contender {
 public:
  explicit Libuv(const char* program) : program_(program) {
    check(uv_loop_init(&loop_), "uv_loop_init");
    for (int fd = 0; fd < 3; ++fd) {
      streams_[fd].flags = UV_INHERIT_FD;
      streams_[fd].data.fd = fd;
    }
    options_.file = argv_[0];
    options_.args = argv_;
    options_.stdio = streams_;
    options_.stdio_count = 3;
    options_.exit_cb = [](uv_process_t* child, std::int64_t status, int signal) {
      static_cast<Libuv*>(child->data)->ended(status == 0 && signal == 0);
    };
  }
  Libuv(const Libuv&) = delete;
  ~Libuv() override { uv_loop_close(&loop_); }

  // The loop is not bound to a thread, but only one may use it at a time.
  lab::Times launch() override {
    lab::Times times;
    child_.data = this;
    failed_ = false;
    enter(Stage::launching);
    watch_ = lab::Stopwatch();
    const int result = uv_spawn(&loop_, &child_, &options_);
    times.hold = times.launch = watch_.read();
    if (result < 0) ended(false);
    enter(Stage::waiting_for_child);
    uv_run(&loop_, UV_RUN_DEFAULT);  // until the handle, closed by ended(), is gone
    times.finish = finish_;
    enter(Stage::running);
    check(result, "uv_spawn");
    if (failed_) throw std::runtime_error("libuv, uv_spawn: the child failed");
    return times;
  }

 private:
  void ended(bool well) {
    finish_ = watch_.read();
    failed_ = !well;
    uv_close(reinterpret_cast<uv_handle_t*>(&child_), nullptr);
  }

  std::string program_;
  char* argv_[2] = {program_.data(), nullptr};
  uv_loop_t loop_{};
  uv_process_t child_{};
  uv_stdio_container_t streams_[3]{};
  uv_process_options_t options_{};
  lab::Stopwatch watch_;
  double finish_ = 0;
  bool failed_ = false;
};

}  // namespace

lab::Contender* forklift_contender(const char* program) { return new Libuv(program); }
