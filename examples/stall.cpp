// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Reports a launch that hangs, and where, while it hangs.

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <forklift/command.hpp>
#include <forklift/stall.hpp>
#include <iostream>

using forklift::Command, forklift::StallMeter, forklift::StallReport, forklift::Stdio;
using namespace std::chrono_literals;

int main() {
  std::atomic<bool> reported = false;
  StallMeter meter({.threshold = 20ms, .lock = &forklift::fork_lock()});
  meter.on_stall([&reported](const StallReport& report) {
    std::cout << report.text();
    reported = true;
  });
  meter.dump_on(SIGUSR1);  // kill -USR1 prints the same, at any time

  // A file that does not open: a fifo without a writer stands for a dead file server.
  const std::string fifo = "/tmp/forklift-stall-" + std::to_string(::getpid());
  if (::mkfifo(fifo.c_str(), 0600) != 0) return 1;
  const auto child = Command("cat").in(Stdio::file(fifo)).launch_deadline(500ms).try_spawn();
  ::unlink(fifo.c_str());
  std::cout << "\n" << child.error().what() << "\n";
  return reported ? 0 : 1;
}
