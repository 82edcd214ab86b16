// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "diagnosis/proc_thread_state.hpp"

#include <sys/syscall.h>

#include <cstdlib>
#include <fstream>
#include <string_view>
#include <utility>

namespace forklift::kernel {
namespace {

// The system calls of launches.
constexpr std::pair<long, const char*> call_names[] = {
    {SYS_clone, "clone"},
    {SYS_clone3, "clone3"},
#if defined(SYS_vfork)
    {SYS_vfork, "vfork"},
    {SYS_fork, "fork"},
    {SYS_poll, "poll"},
#endif
    {SYS_futex, "futex"},
    {SYS_wait4, "wait4"},
    {SYS_waitid, "waitid"},
    {SYS_read, "read"},
    {SYS_write, "write"},
    {SYS_close, "close"},
    {SYS_pipe2, "pipe2"},
    {SYS_ppoll, "ppoll"},
    {SYS_mmap, "mmap"},
    {SYS_munmap, "munmap"},
    {SYS_rt_sigprocmask, "rt_sigprocmask"},
    {SYS_rt_sigaction, "rt_sigaction"},
    {SYS_sendmsg, "sendmsg"},
};

std::string first_line(pid_t thread, const char* name) {
  std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/" + name);
  std::string line;
  std::getline(file, line);
  return line;
}

// The state follows the name, which is in parentheses and may contain any.
char state_of(pid_t thread) {
  const std::string line = first_line(thread, "stat");
  const auto at = line.rfind(") ");
  return at == std::string::npos || at + 2 >= line.size() ? '?' : line[at + 2];
}

std::string call_of(const std::string& syscall) {
  const long number = std::strtol(syscall.c_str(), nullptr, 10);
  for (const auto& [known, name] : call_names) {
    if (known == number) return name;
  }
  return "system call " + std::to_string(number);
}

std::string_view word(char state) {
  switch (state) {
    case 'R': return "on a processor or waiting for one";
    case 'D': return "suspended";
    case 'S': return "sleeping";
    default: return "not running";
  }
}

}  // namespace

std::string proc_thread_state(pid_t thread) {
  const char state = state_of(thread);
  const std::string syscall = first_line(thread, "syscall");
  const std::string place = first_line(thread, "wchan");
  std::string text(word(state));
  if (!place.empty() && place != "0") text += " in " + place;
  // "running" instead of a number: the kernel cannot inspect it.
  const bool known = !syscall.empty() && (syscall[0] >= '0' && syscall[0] <= '9');
  return known ? "in the kernel: " + call_of(syscall) + ", " + text : text;
}

}  // namespace forklift::kernel
