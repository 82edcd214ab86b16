// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// A first launch needs a process that has never launched, so each one is this
// command executed again; parent and fresh process are both in this file. The
// fresh process writes pages before and after the launch: extra faults and time
// are what the launch left behind. It reports JSON through descriptor 3.

#include "lab/first/fresh_process.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <forklift/command.hpp>
#include <forklift/fork_lock.hpp>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "lab/ballast.hpp"
#include "lab/contenders/stopwatch.hpp"
#include "lab/statistics.hpp"

namespace lab {
namespace {

using nlohmann::json;

// The fresh process writes its figures here.
constexpr int report_number = 3;

// --- the parent ------------------------------------------------------------------

forklift::Child start(const FreshLaunch& launch, int report) {
  return forklift::Command("/proc/self/exe")
      .arg(fresh_word)
      .args({launch.contender, launch.program, std::to_string(launch.rss),
             std::to_string(launch.descriptors), std::to_string(launch.threads),
             std::to_string(launch.pages)})
      .descriptor(report_number, forklift::Stdio::descriptor(report))
      .spawn();
}

std::string read_all(int descriptor) {
  std::string text;
  char some[512];
  for (;;) {
    const ssize_t got = ::read(descriptor, some, sizeof some);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(some, static_cast<std::size_t>(got));
  }
}

FreshFigures figures_of(const json& report) {
  return {.first = {.hold = report.at("hold"),
                    .launch = report.at("launch"),
                    .finish = report.at("finish")},
          .later = report.at("later"),
          .pages = report.at("pages"),
          .faults = report.at("faults"),
          .write_before = report.at("write_before"),
          .write = report.at("write")};
}

// --- the fresh process -----------------------------------------------------------

struct Writing {
  double microseconds = 0;
  double faults = 0;
};

// This thread only: others may touch their pages meanwhile.
double faults_so_far() {
  rusage used{};
  ::getrusage(RUSAGE_THREAD, &used);
  return static_cast<double>(used.ru_minflt);
}

// The pages are spread evenly over the memory.
std::size_t stride_for(std::size_t all, std::size_t most) {
  return all <= most ? 1 : (all + most - 1) / most;
}

Writing write_pages(const Ballast& ballast, std::size_t stride) {
  volatile std::byte* const memory = ballast.memory();
  const double before = faults_so_far();
  const Stopwatch watch;
  for (std::size_t at = 0; at < ballast.size(); at += stride * page_size) memory[at] = std::byte{2};
  const double took = watch.read();
  return {took, faults_so_far() - before};
}

// Enough for a median, and at most the time of one fork.
double later_launches(Contender& contender) {
  constexpr std::size_t most = 8;
  constexpr std::chrono::milliseconds longest{10};
  std::vector<double> all;
  const auto begin = Clock::now();
  do {
    all.push_back(contender.launch().launch);
  } while (all.size() < most && Clock::now() - begin < longest);
  return median(std::move(all));
}

json launch_and_count(const FreshLaunch& launch) {
  Ballast ballast;
  ballast.set_threads(launch.threads);
  ballast.set_memory(launch.rss);
  ballast.set_descriptors(launch.descriptors);
  const std::size_t all = launch.rss / page_size;
  const std::size_t stride = stride_for(all, launch.pages);
  const auto contender = kind(launch.contender).make(launch.program);
  write_pages(ballast, stride);  // brings the caches into the state of the next writing
  const Writing before = write_pages(ballast, stride);
  // A thread that has used a processor for long waits longer for the next one
  // if others need it: that is not part of the launch.
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const Times first = contender->launch();
  const Writing after = write_pages(ballast, stride);
  return {{"hold", first.hold},
          {"launch", first.launch},
          {"finish", first.finish},
          {"later", later_launches(*contender)},
          {"pages", (all + stride - 1) / stride},
          {"faults", std::max(0.0, after.faults - before.faults)},
          {"write_before", before.microseconds},
          {"write", after.microseconds}};
}

json report_on(const FreshLaunch& launch) {
  try {
    return launch_and_count(launch);
  } catch (const std::exception& error) {
    return {{"error", error.what()}};
  }
}

bool write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(report_number, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

FreshFigures launch_afresh(const FreshLaunch& launch) {
  auto pipe = forklift::fork_exec_pipe();
  if (!pipe) throw std::system_error(pipe.error(), "cannot open a pipe");
  forklift::Child child = start(launch, pipe->writing.get());
  pipe->writing.reset();
  const std::string text = read_all(pipe->reading.get());
  const forklift::ExitStatus status = child.wait();
  const json report = json::parse(text, nullptr, false);
  if (report.is_discarded()) {
    throw std::runtime_error("the fresh process of '" + launch.contender + "' " + status.text());
  }
  if (report.contains("error")) throw std::runtime_error(report.at("error"));
  return figures_of(report);
}

int be_fresh_process(char** argv) {
  // No child of a contender may hold the report open.
  if (::fcntl(report_number, F_SETFD, FD_CLOEXEC) < 0) return 2;
  if (std::ranges::find(argv, argv + 6, nullptr) != argv + 6) return 2;
  const FreshLaunch launch{.contender = argv[0],
                           .program = argv[1],
                           .rss = std::stoull(argv[2]),
                           .descriptors = std::stoull(argv[3]),
                           .threads = std::stoull(argv[4]),
                           .pages = std::stoull(argv[5])};
  return write_all(report_on(launch).dump()) ? 0 : 1;
}

}  // namespace lab
