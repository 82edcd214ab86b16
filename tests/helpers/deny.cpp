// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// deny ENOSYS|EPERM|KILL CALL[,CALL...] -- PROGRAM ARGS: runs a program under a
// seccomp filter that fails these system calls with that error, or kills.
// `pidfds` stands for waitid(2) by pidfd, without which the library does not
// use them.

#include <errno.h>
#include <seccomp.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>

namespace {

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(125);
}

int deny(scmp_filter_ctx filter, std::uint32_t action, const std::string& call) {
  if (call == "pidfds") {
    const scmp_arg_cmp by_pidfd = SCMP_A0_32(SCMP_CMP_EQ, 3);  // P_PIDFD
    return ::seccomp_rule_add(filter, action, SCMP_SYS(waitid), 1, by_pidfd);
  }
  const int number = ::seccomp_syscall_resolve_name(call.c_str());
  if (number == __NR_SCMP_ERROR) fail(call.c_str());
  return ::seccomp_rule_add(filter, action, number, 0);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) fail("usage: deny ERROR CALLS -- PROGRAM");
  const unsigned error = std::strcmp(argv[1], "EPERM") == 0 ? EPERM : ENOSYS;
  const bool kills = std::strcmp(argv[1], "KILL") == 0;
  const std::uint32_t action = kills ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ERRNO(error);
  const scmp_filter_ctx filter = ::seccomp_init(SCMP_ACT_ALLOW);
  std::istringstream calls(argv[2]);
  for (std::string call; std::getline(calls, call, ',');) {
    if (deny(filter, action, call) < 0) fail("seccomp_rule_add");
  }
  if (::seccomp_load(filter) < 0) fail("seccomp_load");
  ::execv(argv[4], argv + 4);
  fail(argv[4]);
}
