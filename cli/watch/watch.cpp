// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/watch.hpp"

#include <fmt/core.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <ctime>
#include <stdexcept>
#include <thread>

#include "check/calibrate.hpp"
#include "interrupt.hpp"
#include "process/process.hpp"
#include "refusal.hpp"
#include "watch/fork_lock_looks.hpp"
#include "watch/gate.hpp"
#include "watch/select_backend.hpp"
#include "watch/progress.hpp"

namespace watch {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

pid_t target_of(const std::string& word) try {
  return process::pid_of(word);
} catch (const std::invalid_argument& error) {
  throw Refusal(
      fmt::format("{}; to watch a program from its first instruction: forklift watch -- {}",
                  error.what(), word));
}

std::string this_machine() {
  utsname system{};
  ::uname(&system);
  return fmt::format("{} {} {}, {} processors", system.sysname, system.release, system.machine,
                     std::thread::hardware_concurrency());
}

std::string now_in_words() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

Header heading_of(const WatchRequest& request, const process::Process& target) {
  Header header;
  header.version = FORKLIFT_VERSION;
  header.command_line = request.command_line;
  header.machine = this_machine();
  header.begun = now_in_words();
  header.detail = request.options.detail;
  header.calibration = check::calibrate();
  header.target = target;
  return header;
}

Nanoseconds processor_time(const rusage& usage) {
  const auto span = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return span(usage.ru_utime) + span(usage.ru_stime);
}

rusage own_usage() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage;
}

// Until the time has passed, an interrupt, or the end of the target.
Footer::Reason observe(Observer& observer, const WatchRequest& request, const Interrupt& interrupt,
                       Recording& recording) {
  constexpr milliseconds patience(100);
  const auto begin = Clock::now();
  Progress progress(recording.header, request.length);
  ForkLockLooks fork_lock(recording);
  while (!interrupt.asked()) {
    const auto passed = Clock::now() - begin;
    if (request.length && passed >= *request.length) return Footer::Reason::time;
    const auto left =
        request.length ? std::chrono::ceil<milliseconds>(*request.length - passed) : patience;
    observer.collect(recording, std::min(left, patience));
    fork_lock.collect(recording);
    if (!process::still_runs(recording.header.target)) return Footer::Reason::target_ended;
    progress.show(recording);
  }
  return Footer::Reason::interrupted;
}

void conclude(Observer& observer, const rusage& before, Recording& recording) {
  observer.conclude(recording);
  const rusage after = own_usage();
  recording.footer.at = Clock::now().time_since_epoch();
  recording.footer.own_time = processor_time(after) - processor_time(before);
  recording.footer.own_memory = static_cast<std::uint64_t>(after.ru_maxrss) * 1024;
}

// A program is inspected again once it has replaced this command at the gate.
void let_in(GatedProgram& program, Recording& recording) {
  program.open();
  if (process::still_runs(recording.header.target)) {
    recording.header.target = process::look_at(program.pid());
  }
}

Recording record(const WatchRequest& request) {
  const Interrupt interrupt;
  std::optional<GatedProgram> program;
  if (request.program) program.emplace(request.target);
  const pid_t pid = program ? program->pid() : target_of(request.target.front());
  Recording recording;
  recording.header = heading_of(request, process::look_at(pid));
  const rusage before = own_usage();
  const auto observer = select_backend(request.options, request.backend, recording);
  if (program) let_in(*program, recording);
  if (observer) {
    recording.footer.reason = observe(*observer, request, interrupt, recording);
    conclude(*observer, before, recording);
  }
  if (program) program->let_go();
  return recording;
}

}  // namespace

void run(const WatchRequest& request) {
  process::require_proc();
  check(request.outputs);
  write(request.outputs, record(request));
}

}  // namespace watch
