// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>

#include "support.hpp"

/// A fifo without a writer: a child that opens it for reading blocks before
/// exec, as on a dead file server.
class Fifo {
 public:
  Fifo() { REQUIRE(::mkfifo(path().c_str(), 0600) == 0); }
  std::string path() const { return folder_.path("fifo"); }

 private:
  Folder folder_;
};

inline forklift::Command stuck(const Fifo& fifo) {
  return forklift::Command("cat").in(forklift::Stdio::file(fifo.path()));
}

/// Whether a launch failed while its child was in open(2).
inline bool is_about_open(const forklift::LaunchError& error) {
  return error.subject().find("in 'open'") != std::string::npos;
}

/// Only a child that already waits in the fifo is worth stopping.
inline void await_sleep(pid_t pid) { await_syscall(pid, SYS_openat); }
