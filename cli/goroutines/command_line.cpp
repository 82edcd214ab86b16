// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "goroutines/command_line.hpp"

#include <fmt/core.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>

#include "goroutines/reader.hpp"
#include "goroutines/report.hpp"
#include "interrupt.hpp"
#include "output.hpp"
#include "parsed_option.hpp"
#include "process/process.hpp"
#include "quantity.hpp"

namespace goroutines {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

struct GoroutinesRequest {
  pid_t pid = 0;
  std::optional<milliseconds> every;
  bool json = false;
};

milliseconds interval(const std::string& text) {
  const milliseconds asked = parse_duration(text);
  if (asked >= milliseconds(10)) return asked;
  throw std::invalid_argument("'" + text + "' is less than 10ms");
}

void show(const GoroutinesRequest& request, Reader& reader) {
  const Subject subject{.pid = request.pid, .name = reader.name(), .version = reader.version()};
  const Snapshot snapshot = reader.look();
  const std::string text =
      request.json ? print_json(subject, snapshot) : print_text(subject, snapshot);
  output::print(text);
}

// Distinguishes a process from a later one with its number.
class Life {
 public:
  explicit Life(pid_t pid) : fd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))), pid_(pid) {}
  ~Life() {
    if (fd_ >= 0) ::close(fd_);
  }
  Life(const Life&) = delete;

  /// Whether it ends within this time; a signal may end the wait early.
  bool ends_within(milliseconds limit) const {
    pollfd ready{.fd = fd_, .events = POLLIN, .revents = 0};
    const int count = ::poll(&ready, 1, static_cast<int>(limit.count()));
    if (fd_ < 0) return ::access(fmt::format("/proc/{}", pid_).c_str(), F_OK) != 0;
    return count > 0;
  }

 private:
  int fd_;
  pid_t pid_;
};

// In pieces: a signal that arrives just before the wait does not end it.
bool wait_for(Clock::time_point moment, const Interrupt& interrupt, const Life& life) {
  constexpr milliseconds piece(100);
  while (!interrupt.asked()) {
    const auto left = std::chrono::ceil<milliseconds>(moment - Clock::now());
    if (life.ends_within(std::clamp(left, milliseconds(0), piece))) return false;
    if (Clock::now() >= moment) return true;
  }
  return false;
}

// Until Ctrl-C, the usual way to end this, the end of the process, or that of
// the output's reader.
void repeat(const GoroutinesRequest& request, Reader& reader, const Life& life) {
  const Interrupt interrupt;
  auto next = Clock::now();
  try {
    while (output::lost() == 0 && wait_for(next, interrupt, life)) {
      show(request, reader);
      if (!request.json) output::print("\n");
      next = std::max(next + *request.every, Clock::now());
    }
    if (!life.ends_within(milliseconds(0))) return;
  } catch (const Ended&) {
    // The memory is gone slightly before the pidfd reports the end.
  }
  output::say("process {} ('{}') has ended\n", request.pid, reader.name());
}

int run(const GoroutinesRequest& request) {
  process::require_proc();
  const Life life(request.pid);
  Reader reader(request.pid);
  if (request.every) {
    repeat(request, reader, life);
  } else {
    show(request, reader);
  }
  return 0;
}

}  // namespace

void add_to(CLI::App& app, const std::string&, Action& chosen) {
  CLI::App* const command = app.add_subcommand(
      "goroutines", "Show the goroutines of a Go process and which of them wait for its ForkLock");
  const auto request = std::make_shared<GoroutinesRequest>();
  add_parsed(*command, "PID", request->pid, process::pid_of, "A process that runs a Go program")
      ->required();
  add_parsed(*command, "--every", request->every, interval,
             "Repeat at this interval, as 10s, until Ctrl-C or the end of the process")
      ->type_name("TIME");
  command->add_flag("--json", request->json, "Print JSON: one object on one line for each look");
  command->callback([request, &chosen] { chosen = [request] { return run(*request); }; });
}

}  // namespace goroutines
