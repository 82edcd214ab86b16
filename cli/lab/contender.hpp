// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace lab {

namespace go_lock {
class ForkLock;
}

struct Load;

using Clock = std::chrono::steady_clock;

/// Microseconds from the launching call.
struct Times {
  double hold = 0;       ///< until the calling thread could continue
  double launch = 0;     ///< until the program was known to run
  double finish = 0;     ///< until the child was reaped
  double lock_wait = 0;  ///< waiting for the ForkLock, part of the launch
};

/// The stage of a worker's launch.
enum class Stage : char { running, waiting_for_lock, launching, waiting_for_child };

std::string_view name(Stage stage);

/// Ends a cancelled launch before the launcher is called.
class GivenUp {};

/// Removes a contender that cannot continue; the others can.
class Dropout : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One way to launch a program; each does the same work in its own way.
///
/// Threads: one launches at a time, each worker has its own; any may call
/// `stage`.
class Contender {
 public:
  virtual ~Contender() = default;

  /// Makes the launching process heavy, if it is not this one.
  ///
  /// Errors: throws `Dropout`.
  virtual void carry(const Load&) {}

  /// Launches the program, waits for its end and reaps it.
  ///
  /// Errors: throws `std::runtime_error`; `Dropout` concerns this contender alone.
  virtual Times launch() = 0;

  /// Sets a deadline for the launches; false: not supported.
  virtual bool set_deadline(std::chrono::milliseconds) { return false; }

  /// Makes launches that have not begun, also those that wait for the ForkLock
  /// until they get it, throw `GivenUp`. Threads: any.
  void give_up() { given_up_.store(true, std::memory_order_relaxed); }

  /// The lock shared by all launches of this kind in this process, if any.
  virtual go_lock::ForkLock* fork_lock() { return nullptr; }

  Stage stage() const { return stage_.load(std::memory_order_relaxed); }
  Clock::time_point since() const {
    return Clock::time_point(Clock::duration(since_.load(std::memory_order_relaxed)));
  }

 protected:
  void enter(Stage stage) {
    if (stage == Stage::launching && given_up_.load(std::memory_order_relaxed)) throw GivenUp();
    since_.store(Clock::now().time_since_epoch().count(), std::memory_order_relaxed);
    stage_.store(stage, std::memory_order_relaxed);
  }

 private:
  std::atomic<bool> given_up_{false};
  std::atomic<Stage> stage_{Stage::running};
  std::atomic<Clock::rep> since_{Clock::now().time_since_epoch().count()};
};

/// A kind of contender.
struct ContenderKind {
  std::string name;
  std::string description;
  std::function<std::unique_ptr<Contender>(const std::string& program)> make;
  bool own_process = false;  ///< launches from a process of its own
  bool on_request = false;   ///< takes part only if named
};

/// For `ContenderKind::make` of a class that needs only the program.
template <class T>
std::unique_ptr<Contender> make_contender(const std::string& program) {
  return std::make_unique<T>(program);
}

/// All kinds, in the order of the tables.
const std::vector<ContenderKind>& kinds();

/// Adds kinds that depend on this machine.
///
/// Threads: before any other use of the kinds.
void enlist(const std::vector<ContenderKind>& more);

/// Requires: `name` is the name of a kind.
const ContenderKind& kind(const std::string& name);

/// One launch by each: finds missing or broken contenders before any work.
///
/// Errors: those of `Contender::launch`.
void try_launches(const std::vector<std::string>& names, const std::string& program);

}  // namespace lab
