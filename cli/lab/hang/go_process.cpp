// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Runs a real Go runtime as a process of its own and makes a `Run` of it. The
// Go program (peers/programs/hang.go) prints one line per launch, which a
// thread reads at once: a full pipe would block it. Resident memory is read from
// /proc each quarter of a second.

#include "lab/hang/go_process.hpp"

#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <forklift/command.hpp>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace lab::hang {
namespace {

constexpr std::chrono::milliseconds quarter{250};

std::string milliseconds_of(std::chrono::milliseconds time) {
  return std::to_string(time.count()) + "ms";
}

forklift::Command command_for(const Plan& plan, const GoRuntime& runtime) {
  forklift::Command command(runtime.command.front());
  command.args({"-name", runtime.name, "-program", plan.program})
      .args({"-workers", std::to_string(plan.workers), "-for", milliseconds_of(plan.length)})
      .args({"-rss", std::to_string(plan.rss), "-grow", std::to_string(plan.grow)})
      .args({"-dump-every", milliseconds_of(plan.dump_every)})
      // In its own group, so that it gets a terminal's signals once, from us.
      .process_group()
      .in(forklift::Stdio::pipe())
      .out(forklift::Stdio::pipe());
  return command;
}

std::size_t resident_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
  std::size_t size = 0, pages = 0;
  file >> size >> pages;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

// Reads everything that the process prints at once: a full pipe would block it.
class Reader {
 public:
  explicit Reader(int descriptor) : descriptor_(descriptor) {
    std::string first;
    while (first.empty() || first.back() != '\n') {
      char next = 0;
      if (::read(descriptor_, &next, 1) != 1) break;
      first += next;
    }
    if (first != "ready\n") throw std::runtime_error("the Go process says '" + first + "'");
    thread_ = std::jthread([this] { read_on(); });
  }

  std::string take() {
    thread_ = {};
    return std::move(text_);
  }

 private:
  void read_on() {
    char piece[65536];
    for (ssize_t got = 0; (got = ::read(descriptor_, piece, sizeof piece)) > 0;) {
      text_.append(piece, static_cast<std::size_t>(got));
    }
  }

  const int descriptor_;
  std::string text_;
  std::jthread thread_;
};

// Until the process has ended; records its resident memory meanwhile.
void watch(forklift::Child& child, SignalNotifier& notifier, Run& run) {
  const auto begun = Clock::now();
  bool told = false;
  for (auto next = begun + quarter; !child.try_wait();) {
    notifier.wait_until(next);
    if (notifier.dump_asked()) child.kill(SIGUSR1);
    if (notifier.interrupted() && !told) told = child.kill(SIGINT);
    if (Clock::now() < next) continue;
    const std::chrono::duration<double> past = next - begun;
    if (const std::size_t now = resident_of(child.pid()); now > 0) {
      run.quarters.push_back({.end_s = past.count(), .resident = now});
      run.resident_last = now;
    }
    next += quarter;
  }
}

// The run ended shortly before its process, perhaps within a quarter.
void end_quarters(Run& run) {
  while (!run.quarters.empty() && run.quarters.back().end_s >= run.seconds) run.quarters.pop_back();
  run.quarters.push_back({.end_s = run.seconds, .resident = run.resident_last});
}

}  // namespace

void read_go_report(const std::string& text, Launches& launched, Run& run) {
  std::vector<std::pair<std::size_t, double>> waiting;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string what;
    std::size_t worker = 0;
    double first = 0, second = 0;
    words >> what;
    if (what == "failed") throw std::runtime_error("the Go process: " + line.substr(7));
    if (what == "launch" || what == "waiting") words >> worker;
    words >> first;
    if (what == "launch" || what == "dump") words >> second;
    if (!words || worker >= launched.size()) throw std::runtime_error("no report: '" + line + "'");
    if (what == "launch") {
      launched[worker].push_back({first / 1e6, second, second});
    } else if (what == "waiting") {
      waiting.emplace_back(worker, first);
    } else if (what == "dump") {
      run.dump_at_s.push_back(first / 1e6);
      run.waiting_per_dump.push_back(static_cast<std::size_t>(second));
    } else if (what == "end") {
      run.seconds = first / 1e6;
    } else {
      throw std::runtime_error("no report: '" + line + "'");
    }
  }
  if (run.seconds <= 0) throw std::runtime_error("the Go process ended without its report");
  for (const auto& [worker, begin] : waiting) {
    launched[worker].push_back({begin / 1e6, 0, run.seconds * 1e6 - begin});
  }
}

Run run_go(const Plan& plan, const GoRuntime& runtime, SignalNotifier& notifier) {
  using Rule = forklift::ForkLock::Rule;
  Run run{.contender = runtime.name, .runtime = "go" + runtime.version, .workers = plan.workers};
  run.resident_asked = most_memory(plan);
  run.rule = runtime.launchers_share ? Rule::together : Rule::one_at_a_time;
  run.waits_are_launches = true;
  forklift::Child child = command_for(plan, runtime).spawn();
  Reader reader(child.out().get());
  run.resident_first = run.resident_last = resident_of(child.pid());
  watch(child, notifier, run);
  run.launched.resize(plan.workers);
  read_go_report(reader.take(), run.launched, run);
  end_quarters(run);
  sum_up(run.launched, run);
  return run;
}

}  // namespace lab::hang
