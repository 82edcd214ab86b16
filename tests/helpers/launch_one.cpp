// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// launch_one CASE: prints the plan of one command and launches it, for a test
// that compares the plan with what strace saw.

#include <signal.h>

#include <cstdio>
#include <cstring>
#include <forklift/command.hpp>

using forklift::Command, forklift::Stdio;

namespace {

Command command_of(const char* name) {
  const auto is = [name](const char* wanted) { return std::strcmp(name, wanted) == 0; };
  if (is("bare")) return Command("/bin/true");
  if (is("search")) return Command("true").env("PATH", "/nowhere:/no/where:/bin");
  if (is("files")) {
    return Command("/bin/true")
        .in(Stdio::null())
        .out(Stdio::truncate("/dev/null"))
        .err(Stdio::same_as(1));
  }
  if (is("pipes")) {
    return Command("/bin/true")
        .in(Stdio::pipe())
        .out(Stdio::pipe())
        .descriptor(9, Stdio::descriptor(2));
  }
  if (is("everything")) {
    return Command("/bin/true")
        .args({"one", "two"})
        .in(Stdio::pipe())
        .out(Stdio::append("/dev/null"))
        .err(Stdio::same_as(1))
        .descriptor(12, Stdio::descriptor(1))
        .umask(027)
        .directory("/tmp")
        .new_session()
        .ignore_signals({SIGHUP})
        .block_signals({SIGUSR1});
  }
  std::fprintf(stderr, "no case '%s'\n", name);
  std::exit(2);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const Command command = command_of(argv[1]);
  std::fputs(command.explain().c_str(), stdout);
  std::fflush(stdout);
  return command.run().success() ? 0 : 1;
}
