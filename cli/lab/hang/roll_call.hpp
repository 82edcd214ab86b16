// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <semaphore.h>
#include <signal.h>
#include <sys/types.h>

#include <mutex>
#include <vector>

#include "lab/contender.hpp"

namespace lab::hang {

/// Where one worker was at the moment it was asked.
struct Presence {
  std::size_t number = 0;  ///< of the worker, from 1
  pid_t thread = 0;
  Stage stage = Stage::running;
  Clock::duration lasting{};   ///< in that stage
  std::vector<void*> stack{};  ///< innermost first; empty: it did not answer
  std::string kernel{};        ///< where the kernel says it is, if it did not answer
};

/// Asks every worker for its stack, which only it can take.
///
/// A real-time signal goes to each, and its handler writes the stack into the
/// worker's seat. Who does not answer in time, since the kernel suspends it
/// (vfork), copies page tables for it (fork), or since it blocks all signals while
/// it launches, is looked up in /proc; nobody is left out.
/// Threads: `call` by one at a time. Requires: one roll call in the process.
class RollCall {
 public:
  class Seat;

  RollCall();
  ~RollCall();
  RollCall(const RollCall&) = delete;

  std::vector<Presence> call();

 private:
  static void answer(int signal, siginfo_t* sender, void* context);

  std::mutex mutex_;
  std::vector<Seat*> seats_;
  sem_t answers_;
};

/// A worker's place in the roll call: taken and left by the worker itself.
class RollCall::Seat {
 public:
  Seat(RollCall& roll, std::size_t number, const Contender& contender);
  ~Seat();
  Seat(const Seat&) = delete;

 private:
  friend class RollCall;
  enum class State : char { idle, asked, answering, answered };
  static constexpr int deepest = 64;

  bool ask();
  void answer(void* interrupted);
  Presence read();

  RollCall& roll_;
  const std::size_t number_;
  const pid_t thread_;
  const Contender& contender_;
  std::atomic<State> state_{State::idle};
  // The answer: written in state `answering`, read in state `answered`.
  void* frames_[deepest]{};
  int depth_ = 0;
  Stage stage_ = Stage::running;
  Clock::time_point since_{};
  Clock::time_point now_{};
};

}  // namespace lab::hang
