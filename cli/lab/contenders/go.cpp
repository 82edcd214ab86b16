// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The steps of a launch in Go (src/syscall/exec_unix.go and exec_linux.go of
// each version), in C++:
//
//   take the ForkLock; open the status pipe; clone; release the ForkLock;
//   close the pipe's writing end; read it; close the other; wait4
//
// Go 1.8 clones with SIGCHLD alone, which is a fork. Go 1.9 adds CLONE_VFORK and
// CLONE_VM, so nothing is copied; and since its child shares the parent's stack
// and handlers may not run there, it blocks all signals, and the child resets
// the handlers that the Go runtime installs. Until Go 1.20 the lock is exclusive.
// From 1.21 launchers share it, and the child gets back the limit of descriptors
// that the runtime has raised.
//
// Go 1.9 changed a second thing: launchers queue at a sync.Mutex, and that got its
// starvation mode. Two versions that never existed have one of the changes
// each, to separate their effects.

#include "lab/contenders/go.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <forklift/fd.hpp>
#include <mutex>
#include <optional>

#include "descriptor_limit.hpp"
#include "lab/contenders/by_hand.hpp"
#include "lab/contenders/raw_call.hpp"
#include "lab/go_lock/fork_lock.hpp"

namespace lab {
namespace {

using forklift::Fd, go_lock::ForkLock;
using Policy = go_lock::Mutex::Policy;

struct Version {
  bool vfork;
  bool restores_limit;
  ForkLock lock;
};

// One each per process, as in Go.
Version go_1_8{false, false, ForkLock({.mutex = Policy::barging})};
Version go_1_8_fair{false, false, ForkLock({.mutex = Policy::starvation_mode})};
Version go_1_9_barging{true, false, ForkLock({.mutex = Policy::barging})};
Version go_1_9{true, false, ForkLock({.mutex = Policy::starvation_mode})};
Version go_1_21{true, true, ForkLock({.mutex = Policy::starvation_mode, .launchers_share = true})};

// A set of signals as the kernel, not the C library, defines it.
using Signals = unsigned long;

// struct sigaction of rt_sigaction(2).
struct Action {
  void (*handler)(int) = SIG_DFL;
  unsigned long flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
  void (*restorer)() = nullptr;
  Signals mask = ~Signals{0};
};

// Go's runtime handles every signal except: two that cannot be handled, four of
// job control, and two of the C library (32 and 34).
constexpr bool go_handles(int signal) {
  for (const int other : {SIGKILL, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT, 32, 34}) {
    if (signal == other) return false;
  }
  return true;
}
constexpr int last_signal = 64;

struct Child {
  const char* path;
  char* const* argv;
  int status;  // writing end of the pipe
  Signals mask;
  const rlimit* limit;  // to restore, or null
};

[[gnu::always_inline]] inline void reset_signals(const Child& child) {
  Action action;
  for (int signal = 1; signal <= last_signal; ++signal) {
    if (go_handles(signal)) {
      raw_call(SYS_rt_sigaction, signal, word(&action), 0, sizeof(Signals));
    }
  }
  raw_call(SYS_rt_sigprocmask, SIG_SETMASK, word(&child.mask), 0, sizeof(Signals));
}

[[noreturn, gnu::always_inline]] inline void become(const Child& child) {
  for (int number = 0; number < 3; ++number) raw_call(SYS_fcntl, number, F_SETFD, 0);
  if (child.limit) raw_call(SYS_prlimit64, 0, RLIMIT_NOFILE, word(child.limit), 0);
  const long error = -raw_call(SYS_execve, word(child.path), word(child.argv), word(::environ));
  raw_call(SYS_write, child.status, word(&error), sizeof error);
  for (;;) raw_call(SYS_exit, 253);
}

// The child of a vfork runs on this frame, and the parent touches nothing in it
// afterwards: it returns at once, by a return address further up.
[[gnu::noinline]] long clone_and_become(const Child& child, bool vfork) {
  const long flags = vfork ? SIGCHLD | CLONE_VFORK | CLONE_VM : SIGCHLD;
  const long pid = raw_call(SYS_clone, flags, 0, 0, 0);
  if (pid != 0) return pid;
  if (vfork) reset_signals(child);
  become(child);
}

template <Version& version>
class Go : public ByHand {
 public:
  using ByHand::ByHand;

  ForkLock* fork_lock() override { return &version.lock; }

  Times launch() override {
    const Stopwatch watch;
    enter(Stage::waiting_for_lock);
    std::unique_lock forking(version.lock);
    const double lock_wait = watch.read();
    enter(Stage::launching);
    int status[2];
    if (::pipe2(status, O_CLOEXEC) < 0) fail("pipe2", errno);
    Fd reading(status[0]);
    Fd writing(status[1]);
    const long pid = fork_and_exec(writing.get());
    forking.unlock();
    if (pid < 0) fail("clone", static_cast<int>(-pid));
    writing.reset();
    long error = 0;
    const ssize_t told = ::read(reading.get(), &error, sizeof error);
    reading.reset();
    Times times = blocking(watch, static_cast<pid_t>(pid));
    times.lock_wait = lock_wait;
    if (told > 0) fail("execve", static_cast<int>(error));
    return times;
  }

 private:
  long fork_and_exec(int status) {
    const auto limit = version.restores_limit ? first_descriptor_limit() : std::nullopt;
    Child child{path(), argv(), status, 0, limit ? &*limit : nullptr};
    ::syscall(SYS_getpid);
    if (!version.vfork) return clone_and_become(child, false);
    const Signals all = ~Signals{0};
    raw_call(SYS_rt_sigprocmask, SIG_SETMASK, 0, word(&child.mask), sizeof(Signals));
    raw_call(SYS_rt_sigprocmask, SIG_SETMASK, word(&all), 0, sizeof(Signals));
    const long pid = clone_and_become(child, true);
    raw_call(SYS_rt_sigprocmask, SIG_SETMASK, word(&child.mask), 0, sizeof(Signals));
    return pid;
  }
};

}  // namespace

std::vector<ContenderKind> go_kinds() {
  return {
      {"go1.8", "as Go 1.8: fork, one at a time, a mutex that lets barge in",
       make_contender<Go<go_1_8>>},
      {.name = "go1.8-fair",
       .description = "fork as Go 1.8, the mutex of Go 1.9",
       .make = make_contender<Go<go_1_8_fair>>,
       .on_request = true},
      {.name = "go1.9-barging",
       .description = "vfork as Go 1.9, the mutex of Go 1.8",
       .make = make_contender<Go<go_1_9_barging>>,
       .on_request = true},
      {"go1.9", "as Go 1.9 to 1.20: vfork, one at a time, a fair mutex",
       make_contender<Go<go_1_9>>},
      {"go1.21", "as Go from 1.21: vfork, launches share the lock", make_contender<Go<go_1_21>>}};
}

}  // namespace lab
