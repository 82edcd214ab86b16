// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "capture.hpp"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "kernel/deadline.hpp"

namespace forklift {
namespace {

using kernel::Deadline;

// One captured pipe. Only our end is made non-blocking: the child's end is
// another file description, and stays as programs expect it.
class Stream {
 public:
  Stream(Fd pipe, std::size_t limit) : pipe_(std::move(pipe)), limit_(limit) {
    if (pipe_) ::fcntl(pipe_.get(), F_SETFL, O_NONBLOCK);
  }

  bool open() const noexcept { return bool(pipe_); }
  int descriptor() const noexcept { return pipe_.get(); }

  // Takes what is there; the pipe closes at its end.
  void read() {
    char bytes[65536];
    for (;;) {
      const ssize_t size = ::read(pipe_.get(), bytes, sizeof bytes);
      if (size > 0) {
        keep(bytes, static_cast<std::size_t>(size));
        if (static_cast<std::size_t>(size) < sizeof bytes) return;
      } else if (size < 0 && errno == EINTR) {
        continue;
      } else {
        if (size == 0 || errno != EAGAIN) pipe_.reset();
        return;
      }
    }
  }

  // Whoever still holds the other end writes into nothing from now on.
  void give_up() {
    truncated_ = truncated_ || open();
    pipe_.reset();
  }

  std::string take() { return std::move(text_); }
  bool truncated() const noexcept { return truncated_; }

 private:
  void keep(const char* bytes, std::size_t size) {
    const std::size_t kept = std::min(size, limit_ - text_.size());
    text_.append(bytes, kept);
    truncated_ = truncated_ || kept < size;
  }

  Fd pipe_;
  std::size_t limit_;
  std::string text_;
  bool truncated_ = false;
};

class Capture {
 public:
  Capture(Child child, const OutputOptions& options)
      : child_(std::move(child)),
        options_(options),
        out_(std::move(child_.out()), options.limit),
        err_(std::move(child_.err()), options.limit),
        deadline_(options.timeout ? Deadline::after(*options.timeout) : Deadline::never()) {}

  Output run() {
    child_.in().reset();
    while (!ended_ || out_.open() || err_.open()) {
      if (deadline_.passed()) {
        if (ended_) break;
        hurry();
      } else {
        wait_for_something();
      }
    }
    out_.give_up();
    err_.give_up();
    return {.status = *ended_,
            .out = out_.take(),
            .err = err_.take(),
            .out_truncated = out_.truncated(),
            .err_truncated = err_.truncated(),
            .timed_out = timed_out_};
  }

 private:
  // The time is up: first SIGTERM, after the grace SIGKILL, then no more.
  void hurry() {
    child_.kill(timed_out_ ? SIGKILL : SIGTERM);
    deadline_ = timed_out_ ? Deadline::never() : Deadline::after(options_.grace);
    timed_out_ = true;
  }

  void wait_for_something() {
    pollfd entries[3] = {{out_.descriptor(), POLLIN, 0},
                         {err_.descriptor(), POLLIN, 0},
                         {ended_ ? -1 : child_.pidfd(), POLLIN, 0}};
    // Without a pidfd nothing announces the end: look every 10 ms.
    const bool blind = !ended_ && child_.pidfd() < 0;
    const Deadline until =
        blind ? deadline_.sooner(Deadline::after(std::chrono::milliseconds(10))) : deadline_;
    const timespec left = until.is_never() ? timespec{} : until.left();
    if (::ppoll(entries, 3, until.is_never() ? nullptr : &left, nullptr) < 0) return;
    if (entries[0].revents) out_.read();
    if (entries[1].revents) err_.read();
    if (!ended_ && (blind || entries[2].revents)) note_end();
  }

  void note_end() {
    ended_ = child_.try_wait();
    if (ended_) deadline_ = Deadline::after(options_.drain);
  }

  Child child_;
  const OutputOptions& options_;
  Stream out_, err_;
  Deadline deadline_;
  std::optional<ExitStatus> ended_;
  bool timed_out_ = false;
};

}  // namespace

Output capture(Child child, const OutputOptions& options) {
  return Capture(std::move(child), options).run();
}

}  // namespace forklift
