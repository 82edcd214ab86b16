// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "launchers.hpp"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace launchers {
namespace {

volatile int done;

void* nothing(void*) { return nullptr; }
int end(void*) { ::_exit(0); }

void reap(pid_t child) {
  ::waitpid(child, nullptr, 0);
  done = child;
}

}  // namespace

[[gnu::noinline]] void by_fork() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  reap(child);
}

[[gnu::noinline]] void by_vfork() {
  const pid_t child = ::vfork();
  if (child == 0) ::_exit(0);
  reap(child);
}

[[gnu::noinline]] void by_clone() {
  alignas(16) static char stack[65536];
  reap(::clone(end, stack + sizeof stack, SIGCHLD, nullptr));
}

[[gnu::noinline]] void by_posix_spawn() {
  pid_t child = 0;
  char name[] = "true";
  char* words[]{name, nullptr};
  ::posix_spawn(&child, "/bin/true", nullptr, nullptr, words, environ);
  reap(child);
}

[[gnu::noinline]] void by_thread() {
  pthread_t thread{};
  ::pthread_create(&thread, nullptr, nothing, nullptr);
  ::pthread_join(thread, nullptr);
  done = 1;
}

[[gnu::noinline]] void by_system() { done = std::system("/bin/true"); }

}  // namespace launchers
