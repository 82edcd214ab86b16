// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/hang/stuck_program.hpp"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <stdexcept>
#include <vector>

namespace lab::hang {
namespace {

using Clock = std::chrono::steady_clock;

struct Waiting {
  int event;  // the descriptor that names it
  Clock::time_point until;
};

[[noreturn]] void fail(const std::string& what, int error) {
  throw std::runtime_error("--stuck-exec: " + what + ": " + ::strerror(error));
}

std::string copy_of(const std::string& program) {
  std::string path = (std::filesystem::temp_directory_path() / "forklift-stuck-XXXXXX").string();
  const forklift::Fd made(::mkostemp(path.data(), O_CLOEXEC));
  if (!made) fail("cannot make a file '" + path + "'", errno);
  std::error_code error;
  std::filesystem::copy_file(program, path, std::filesystem::copy_options::overwrite_existing,
                             error);
  if (error) fail("cannot copy '" + program + "'", error.value());
  ::chmod(path.c_str(), 0700);
  return path;
}

// A child killed meanwhile no longer waits; permitting its exec is an error.
void permit(int events, int event) {
  const fanotify_response response{event, FAN_ALLOW};
  [[maybe_unused]] const ssize_t told = ::write(events, &response, sizeof response);
  ::close(event);
}

void take_events(int events, std::chrono::milliseconds delay, std::deque<Waiting>& waiting) {
  alignas(fanotify_event_metadata) char all[4096];
  ssize_t left = ::read(events, all, sizeof all);
  auto* event = reinterpret_cast<fanotify_event_metadata*>(all);
  for (; FAN_EVENT_OK(event, left); event = FAN_EVENT_NEXT(event, left)) {
    if (event->fd >= 0) waiting.push_back({event->fd, Clock::now() + delay});
  }
}

int patience(const std::deque<Waiting>& waiting) {
  if (waiting.empty()) return -1;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(waiting.front().until - Clock::now());
  return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

}  // namespace

StuckProgram::StuckProgram(const std::string& program, std::chrono::milliseconds delay)
    : events_(::fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY | O_CLOEXEC)),
      end_(::eventfd(0, EFD_CLOEXEC)) {
  if (!events_) {
    fail(
        "holding up an exec needs fanotify's permission events, which are root's "
        "(CAP_SYS_ADMIN)",
        errno);
  }
  path_ = copy_of(program);
  if (::fanotify_mark(events_.get(), FAN_MARK_ADD, FAN_OPEN_EXEC_PERM, AT_FDCWD, path_.c_str()) <
      0) {
    const int error = errno;
    ::unlink(path_.c_str());
    fail(
        "this kernel does not ask for permission to execute (Linux 5.0 with "
        "CONFIG_FANOTIFY_ACCESS_PERMISSIONS)",
        error);
  }
  thread_ = std::thread([this, delay] { permit_late(delay); });
}

StuckProgram::~StuckProgram() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t told = ::write(end_.get(), &one, sizeof one);
  thread_.join();
  ::unlink(path_.c_str());
}

void StuckProgram::permit_late(std::chrono::milliseconds delay) {
  std::deque<Waiting> waiting;
  pollfd ready[2] = {{events_.get(), POLLIN, 0}, {end_.get(), POLLIN, 0}};
  while (ready[1].revents == 0) {
    if (::poll(ready, 2, patience(waiting)) < 0) continue;
    if (ready[0].revents != 0) take_events(events_.get(), delay, waiting);
    while (!waiting.empty() && waiting.front().until <= Clock::now()) {
      permit(events_.get(), waiting.front().event);
      waiting.pop_front();
    }
  }
  for (const Waiting& one : waiting) permit(events_.get(), one.event);
}

}  // namespace lab::hang
