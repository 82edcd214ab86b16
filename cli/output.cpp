// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "output.hpp"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

namespace output {
namespace {

std::atomic<int> first_error{0};

// Blocks signals that a write can raise on this thread, and discards those it
// raised: programs that we execute inherit the dispositions, so ignoring the
// signals would change theirs.
class RaisedByWrites {
 public:
  explicit RaisedByWrites(bool in_background = false) noexcept {
    ::sigemptyset(&raised_);
    for (const int signal : {SIGPIPE, SIGXFSZ}) ::sigaddset(&raised_, signal);
    sigset_t pending;
    ::sigpending(&pending);
    sigset_t blocked = raised_;
    // A terminal may stop writers in the background (termios(3): TOSTOP),
    // unless this is blocked.
    if (in_background) ::sigaddset(&blocked, SIGTTOU);
    for (const int signal : {SIGPIPE, SIGXFSZ}) {
      if (::sigismember(&pending, signal) == 1) ::sigdelset(&raised_, signal);
    }
    ::pthread_sigmask(SIG_BLOCK, &blocked, &before_);
  }
  ~RaisedByWrites() {
    const int error = errno;
    const timespec at_once{};
    while (::sigtimedwait(&raised_, nullptr, &at_once) > 0 || errno == EINTR) {
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = error;
  }
  RaisedByWrites(const RaisedByWrites&) = delete;

 private:
  sigset_t raised_, before_;
};

bool held_streams[3];

bool has_room(int descriptor, int wait) noexcept {
  pollfd ready{descriptor, POLLOUT, 0};
  return ::poll(&ready, 1, wait) > 0;
}

// Continues after an interruption and, until the deadline, after a full pipe.
bool may_continue(int descriptor) noexcept {
  return errno == EINTR || (errno == EAGAIN && (has_room(descriptor, -1) || errno == EINTR));
}

}  // namespace

// Reads and writes of an O_PATH descriptor fail with EBADF, as if it were
// closed; open(2) returns the lowest free number.
void hold_closed_streams() noexcept {
  for (int stream = 0; stream <= STDERR_FILENO; ++stream) {
    if (::fcntl(stream, F_GETFD) >= 0) continue;
    held_streams[stream] = ::open("/", O_PATH | O_CLOEXEC) == stream;
  }
}

bool is_held(int stream) noexcept { return held_streams[stream]; }

int write_all(int descriptor, std::string_view text) noexcept {
  const RaisedByWrites signals;
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && !may_continue(descriptor)) return errno;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

void print(std::string_view text) noexcept {
  if (lost() != 0) return;
  if (const int error = write_all(STDOUT_FILENO, text)) first_error = error;
}

void say(std::string_view text) noexcept { write_all(STDERR_FILENO, text); }

// The amount that a pipe with room takes at once (pipe(7): PIPE_BUF).
void say_at_once(std::string_view text) noexcept {
  if (!has_room(STDERR_FILENO, 0)) return;
  const RaisedByWrites signals(true);
  [[maybe_unused]] const ssize_t written =
      ::write(STDERR_FILENO, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
}

int lost() noexcept { return first_error; }

int conclude(int status, int failure) noexcept {
  if (lost() == 0) return status;
  if (lost() != EPIPE) {
    say("forklift: cannot write to the standard output: ");
    say(::strerror(lost()));
    say("\n");
  }
  return status == 0 ? failure : status;
}

}  // namespace output
