// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "kernel/ignored_signals.hpp"

#include <signal.h>

#include <atomic>
#include <cstdint>
#include <ratio>

#include "kernel/disposition.hpp"
#include "kernel/raw.hpp"

namespace forklift::kernel {
namespace {

SignalSet ask_one_by_one(int first, int last) noexcept {
  SignalSet ignored = 0;
  for (int signal = first; signal <= last; ++signal) {
    Disposition now{};
    const long got = raw::call(SYS_rt_sigaction, signal, nullptr, &now, sizeof now.mask);
    if (got == 0 && now.handler == SIG_IGN) ignored |= signal_bit(signal);
  }
  return ignored;
}

using Tick = std::chrono::duration<std::uint64_t, std::ratio<16, 1'000'000>>;

// The cached answer for the signals from `first` to `last`: one word, so that
// no thread reads half of it. Bit 63: there is an answer; below it a bit for
// each signal; the rest is the low part of the time in ticks.
template <int first, int last>
class Remembered {
 public:
  explicit constexpr Remembered(std::chrono::nanoseconds age)
      : age_(std::chrono::duration_cast<Tick>(age).count()) {}

  SignalSet get() noexcept {
    const std::uint64_t now = now_in_ticks();
    const std::uint64_t answer = answer_.load(std::memory_order_relaxed);
    // The time wraps after some hours: a process that launches again exactly
    // then uses an old answer once.
    if ((answer & known) && ((now - answer) & time) < age_) {
      return (answer & ~known) >> time_bits << first_bit;
    }
    const SignalSet ignored = ask_one_by_one(first, last);
    answer_.store(known | ignored >> first_bit << time_bits | (now & time),
                  std::memory_order_relaxed);
    return ignored;
  }

 private:
  static constexpr std::uint64_t known = std::uint64_t{1} << 63;
  static constexpr int first_bit = first - 1;
  static constexpr int time_bits = 63 - (last - first + 1);
  static constexpr std::uint64_t time = (std::uint64_t{1} << time_bits) - 1;

  static std::uint64_t now_in_ticks() noexcept {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<Tick>(now).count();
  }

  std::uint64_t age_;
  std::atomic<std::uint64_t> answer_{0};
};

constinit Remembered<1, last_standard_signal> standard(ignored_standard_age);
constinit Remembered<last_standard_signal + 1, last_signal> realtime(ignored_realtime_age);

}  // namespace

SignalSet ignored_signals() noexcept { return standard.get() | realtime.get(); }

}  // namespace forklift::kernel
