// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// For the kernel, a child's parent ends with the thread that created it.

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "../support.hpp"

using forklift::Child, forklift::Command, forklift::Stdio;

namespace {

// The state of a process in proc(5); 'Z' for the first thread once it has ended
// before the others.
char state_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  const auto end = text.rfind(')');
  return end == std::string::npos ? '?' : text[end + 2];
}

bool answers(Child& child) {
  char byte = 0;
  return ::write(child.in().get(), "x", 1) == 1 && ::read(child.out().get(), &byte, 1) == 1;
}

// A process whose first thread launches and ends; the second checks the child.
[[noreturn]] void launch_and_end() {
  ::alarm(60);
  static Child child =
      Command("cat").in(Stdio::pipe()).out(Stdio::pipe()).die_with_parent().spawn();
  std::thread([] {
    while (state_of(::getpid()) != 'Z') {
    }
    ::_exit(answers(child) ? 0 : 1);
  }).detach();
  // The relevant part of pthread_exit(3), which would unwind the test's frames.
  for (;;) ::syscall(SYS_exit, 0);
}

}  // namespace

TEST_CASE("a child that dies with its parent outlives the parent's first thread") {
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  return;  // their runtimes require the first thread, and support no threads after fork
#endif
  const pid_t half = ::fork();
  if (half == 0) launch_and_end();
  int status = -1;
  ::waitpid(half, &status, 0);
  CHECK(status == 0);
}
