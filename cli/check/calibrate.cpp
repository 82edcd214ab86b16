// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// The forks are those of a helper process, whose memory is known to the page.
// It is forked at two sizes alternately: most of its memory is kept out of
// every other fork by MADV_DONTFORK. The figure is processor time, since on a
// busy machine elapsed time includes other processes; and the median, since the
// best of several forks is a quarter less than a usual one.
#include "check/calibrate.hpp"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "process/proc_file.hpp"

namespace check {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using watch::Nanoseconds;

constexpr std::size_t mebibyte = 1U << 20;
constexpr std::size_t most_memory = 128 * mebibyte;
constexpr std::size_t least_memory = 4 * mebibyte;
constexpr std::size_t rounds = 5;
constexpr auto time_to_fill = milliseconds(130);
constexpr auto time_to_fork = milliseconds(130);
constexpr auto time_in_all = milliseconds(2000);  // only reached on a stopped machine

// The helper's report about itself.
struct Measured {
  std::size_t difference = 0;  // in bytes, of the two sizes
  std::size_t smaller = 0;
  Nanoseconds small{};
  Nanoseconds large{};
};

Nanoseconds processor_time() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
}

Nanoseconds time_a_fork() {
  const Nanoseconds begin = processor_time();
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  const Nanoseconds end = processor_time();
  if (child < 0) ::_exit(errno);
  ::waitpid(child, nullptr, 0);
  return end - begin;
}

// Writes to each 4 KiB page until the time is up; returns the bytes reached.
std::size_t fill(char* memory, std::size_t size) {
  const auto end = steady_clock::now() + time_to_fill;
  for (std::size_t at = 0; at < size; at += 4096) {
    const bool may_stop = at >= least_memory && at % mebibyte == 0;
    if (may_stop && steady_clock::now() > end) return at;
    *static_cast<volatile char*>(memory + at) = 1;
  }
  return size;
}

Nanoseconds median(std::array<Nanoseconds, rounds>& times, std::size_t count) {
  const auto end = times.begin() + static_cast<std::ptrdiff_t>(count);
  std::sort(times.begin(), end);
  return times[count / 2];
}

Measured measure(std::size_t size) {
  void* const mapped =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) ::_exit(errno);
  ::madvise(mapped, size, MADV_NOHUGEPAGE);
  char* const memory = static_cast<char*>(mapped);
  const std::size_t large = fill(memory, size);
  const std::size_t small = large / 8 / 4096 * 4096;
  std::array<Nanoseconds, rounds> small_times{};
  std::array<Nanoseconds, rounds> large_times{};
  const auto end = steady_clock::now() + time_to_fork;
  std::size_t count = 0;
  while (count < rounds && (count == 0 || steady_clock::now() < end)) {
    ::madvise(memory + small, large - small, MADV_DONTFORK);
    small_times[count] = time_a_fork();
    ::madvise(memory + small, large - small, MADV_DOFORK);
    large_times[count] = time_a_fork();
    ++count;
  }
  return {large - small, small, median(small_times, count), median(large_times, count)};
}

// Runs in the helper, which exits with errno.
[[noreturn]] void help(int result, pid_t parent, std::size_t size) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(ESRCH);
  // If memory is short, kill the helper first.
  const int score = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (score >= 0 && ::write(score, "1000", 4) < 0) ::_exit(errno);
  const Measured measured = measure(size);
  ::_exit(::write(result, &measured, sizeof measured) == sizeof measured ? 0 : errno);
}

// A child that does not outlive this object.
class Helper {
 public:
  explicit Helper(std::size_t size) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw failure(errno);
    result_ = ends[0];
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    const int error = errno;
    if (pid_ == 0) help(ends[1], parent, size);
    ::close(ends[1]);
    if (pid_ < 0) {
      ::close(result_);
      throw failure(error);
    }
  }
  Helper(const Helper&) = delete;
  ~Helper() {
    if (!reaped_) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    ::close(result_);
  }

  // None if it was killed, for instance by the kernel short of memory.
  std::optional<Measured> measured() {
    pollfd readable{result_, POLLIN, 0};
    if (::poll(&readable, 1, static_cast<int>(time_in_all.count())) == 0) throw failure(ETIMEDOUT);
    Measured measured;
    if (::read(result_, &measured, sizeof measured) == sizeof measured) return measured;
    int status = 0;
    ::waitpid(pid_, &status, 0);
    reaped_ = true;
    if (WIFSIGNALED(status) || WEXITSTATUS(status) == ENOMEM) return std::nullopt;
    throw failure(WEXITSTATUS(status));
  }

 private:
  static std::system_error failure(int error) {
    return {error, std::generic_category(), "cannot measure what a fork costs here"};
  }

  int result_ = -1;
  pid_t pid_ = -1;
  bool reaped_ = false;
};

std::size_t affordable() {
  const std::string text = process::read_file("/proc/meminfo").text;
  const std::size_t available = process::bytes(text, "MemAvailable:");
  return std::clamp(available / 32 / mebibyte * mebibyte, least_memory, most_memory);
}

watch::Calibration calibration(const Measured& measured) {
  constexpr double entries_per_byte = 8.0 / 4096;  // an entry of a page table for a page
  const double tables = static_cast<double>(measured.difference) * entries_per_byte;
  const auto more = static_cast<double>((measured.large - measured.small).count());
  const double per_byte = std::max(more / tables, 0.0);
  const double of_small = per_byte * static_cast<double>(measured.smaller) * entries_per_byte;
  const auto whole = [](double count) { return Nanoseconds(static_cast<std::int64_t>(count)); };
  return {.fixed = std::max(measured.small - whole(of_small), Nanoseconds(0)),
          .per_megabyte = whole(per_byte * mebibyte)};
}

}  // namespace

watch::Calibration calibrate() {
  for (std::size_t size = affordable(); size >= least_memory; size /= 4) {
    if (const auto measured = Helper(size).measured()) return calibration(*measured);
  }
  throw std::runtime_error("cannot measure what a fork costs here: no memory is left for it");
}

}  // namespace check
