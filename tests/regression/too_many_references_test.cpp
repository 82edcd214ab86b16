// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// An unprivileged user may have no more descriptors in sockets than the process
// may have open, all of the user's processes together.

#include <errno.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "../reveal.hpp"

using forklift::Command, forklift::Fd, forklift::Stdio;

namespace {

// The kernel counts for each user: a test that runs at the same time has another.
unsigned user_of_this_process() { return 50'000U + static_cast<unsigned>(::getpid()) % 15'000U; }

constexpr rlim_t limit = 64;

// Descriptors in transit through a socket pair, up to the limit and beyond.
class UnderWay {
 public:
  UnderWay() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return;
    in_ = Fd(ends[0]);
    out_ = Fd(ends[1]);
    while (send_one()) {
    }
  }
  bool is_full() const { return error_ == ETOOMANYREFS; }
  /// All arrive, and are closed.
  void drain() {
    char byte;
    while (::recv(out_.get(), &byte, 1, MSG_DONTWAIT) > 0) {
    }
  }

 private:
  bool send_one() {
    constexpr int count = 50;
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * count)]{};
    char byte = 0;
    iovec part{&byte, 1};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    cmsghdr* const first = CMSG_FIRSTHDR(&header);
    first->cmsg_level = SOL_SOCKET;
    first->cmsg_type = SCM_RIGHTS;
    first->cmsg_len = CMSG_LEN(sizeof(int) * count);
    std::fill_n(reinterpret_cast<int*>(CMSG_DATA(first)), count, in_.get());
    const bool sent = ::sendmsg(in_.get(), &header, MSG_DONTWAIT) > 0;
    error_ = sent ? 0 : errno;
    return sent;
  }

  Fd in_, out_;
  int error_ = 0;
};

Command answering() { return Command("cat").in(Stdio::null()).out(Stdio::pipe()); }

enum class Waited { no, refused, launched };

// A launch during which the descriptors in transit arrive, as soon as the
// launch is seen to pause. Pauses are too short to be seen reliably.
Waited launch_that_pauses(UnderWay& others) {
  std::atomic<pid_t> launcher{0};
  std::atomic<bool> ended{false};
  bool launched = false;
  std::thread launching([&] {
    launcher = static_cast<pid_t>(::syscall(SYS_gettid));
    launched = static_cast<bool>(answering().try_spawn());
    ended = true;
  });
  while (launcher == 0) {
  }
  bool paused = false;
  while (!ended && !(paused = current_syscall(launcher) == SYS_nanosleep)) {
  }
  others.drain();
  launching.join();
  if (!paused) return Waited::no;
  return launched ? Waited::launched : Waited::refused;
}

// On a busy machine this thread may see the pauses, or drain, too late for one
// launch: then another is tried. Launches that never wait never succeed.
std::string launch_while_they_arrive() {
  using clock = std::chrono::steady_clock;
  ::alarm(100);  // a launch that is never refused would be awaited forever
  const rlimit few{limit, limit};
  ::setrlimit(RLIMIT_NOFILE, &few);
  forklift::reserve(1);
  {
    const UnderWay others;
    if (!others.is_full()) return "";  // this kernel counts differently
    const auto refused = answering().try_spawn();
    if (refused || refused.error().code().value() != ETOOMANYREFS) return "too many went through";
  }
  for (const auto end = clock::now() + std::chrono::seconds(60); clock::now() < end;) {
    UnderWay others;
    if (launch_that_pauses(others) == Waited::launched) return "";
  }
  return "no launch waited until descriptors had arrived";
}

}  // namespace

TEST_CASE("a thread's launch waits for descriptors that others have under way") {
#if defined(__SANITIZE_THREAD__)
  return;  // starts no thread in a program that forked itself
#endif
  if (!is_root() || !mails()) {
    MESSAGE("skipped: needs root to become somebody else, and the engine shared_table");
    return;
  }
  CHECK(as_user(user_of_this_process(), launch_while_they_arrive) == "");
}
