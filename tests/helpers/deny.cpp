// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// deny ENOSYS|EPERM CALL[,CALL...] -- PROGRAM ARGS: runs a program under a
// seccomp filter that answers these system calls with that error.

#include <errno.h>
#include <seccomp.h>
#include <unistd.h>

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

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) fail("usage: deny ERROR CALLS -- PROGRAM");
  const int error = std::strcmp(argv[1], "EPERM") == 0 ? EPERM : ENOSYS;
  const scmp_filter_ctx filter = ::seccomp_init(SCMP_ACT_ALLOW);
  std::istringstream calls(argv[2]);
  for (std::string call; std::getline(calls, call, ',');) {
    const int number = ::seccomp_syscall_resolve_name(call.c_str());
    if (number == __NR_SCMP_ERROR) fail(call.c_str());
    if (::seccomp_rule_add(filter, SCMP_ACT_ERRNO(static_cast<unsigned>(error)), number, 0) < 0) {
      fail("seccomp_rule_add");
    }
  }
  if (::seccomp_load(filter) < 0) fail("seccomp_load");
  ::execv(argv[4], argv + 4);
  fail(argv[4]);
}
