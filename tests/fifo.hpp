// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>

#include "support.hpp"

/// A fifo that nobody writes: a child that opens it for reading stands still
/// before exec, as on a dead file server.
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

/// Whether a launch failed when its child stood in open(2).
inline bool is_about_open(const forklift::LaunchError& error) {
  return error.subject().find("in 'open'") != std::string::npos;
}

/// Only a child that waits in the fifo already is worth stopping.
inline void await_sleep(pid_t pid) { await_syscall(pid, SYS_openat); }
