// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Reads a goroutine of a process that is not stopped. Its g is read before and
// after the stack: if the fields that the stack depends on differ, it is read
// again, at most three times. The saved registers are valid only while it does
// not run; for a running one the kernel's view of its thread is used.

#include "goroutines/goroutine_reader.hpp"

#include <time.h>

#include <algorithm>
#include <array>

#include "goroutines/thread_place.hpp"

namespace goroutines {
namespace {

// g.atomicstatus; the numbers have not changed since Go 1.5.
enum Status : std::uint32_t {
  idle = 0,
  runnable = 1,
  running = 2,
  in_syscall = 3,
  waiting = 4,
  dead = 6,
  copying_stack = 8,
  preempted = 9,
  leaked = 10,
  scanned = 0x1000
};

std::string name(std::uint32_t status) {
  switch (status) {
    case runnable: return "runnable";
    case running: return "running";
    case in_syscall: return "syscall";
    case waiting: return "waiting";
    case copying_stack: return "copystack";
    case preempted: return "preempted";
    case leaked: return "leaked";
    default: return "status " + std::to_string(status);
  }
}

// "syscall/exec_unix.go": the directory names the package.
std::string shorten(const std::string& path) {
  const auto last = path.rfind('/');
  if (last == std::string::npos || last == 0) return path;
  const auto before = path.rfind('/', last - 1);
  return before == std::string::npos ? path : path.substr(before + 1);
}

// The clock of the runtime's nanotime.
std::optional<std::chrono::nanoseconds> since(std::int64_t moment) {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const std::chrono::nanoseconds passed =
      std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec - moment);
  if (moment <= 0 || passed.count() < 0) return std::nullopt;
  return passed;
}

constexpr std::size_t most_of_g = 1024;

}  // namespace

// The bytes of a g; `same` compares the fields that make its stack valid.
struct GoroutineReader::Raw {
  const Layout& layout;
  std::vector<std::byte> bytes;

  template <class T>
  T at(Offset offset) const {
    return value_at<T>(bytes, offset).value_or(T{});
  }
  std::uint32_t status() const { return at<std::uint32_t>(layout.status) & ~scanned; }
  Address sp() const { return at<Address>(layout.sched + layout.sched_sp); }
  Address pc() const { return at<Address>(layout.sched + layout.sched_pc); }
  bool same(const Raw& other) const {
    return status() == other.status() && sp() == other.sp() && pc() == other.pc() &&
           at<std::uint64_t>(layout.id) == other.at<std::uint64_t>(layout.id) &&
           at<Address>(layout.syscall_sp) == other.at<Address>(layout.syscall_sp) &&
           at<Address>(layout.stack_low) == other.at<Address>(layout.stack_low);
  }
};

std::optional<GoroutineReader::Raw> GoroutineReader::read_raw(Address address) const {
  const Layout& layout = *target_.layout;
  Raw raw{.layout = layout, .bytes = {}};
  raw.bytes =
      target_.program.memory().bytes(address, std::min<std::size_t>(layout.size(), most_of_g));
  if (raw.bytes.empty()) return std::nullopt;
  return raw;
}

std::string GoroutineReader::reason(const Raw& raw) const {
  constexpr std::size_t longest = 64;
  const Layout& layout = *target_.layout;
  if (layout.reason_is_text) {
    struct Header {
      Address text;
      std::uint64_t length;
    };
    const auto header = raw.at<Header>(layout.wait_reason);
    if (header.length > longest) return "";
    const auto bytes = target_.program.memory().bytes(header.text, header.length);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  const auto number = raw.at<std::uint8_t>(layout.wait_reason);
  return number < target_.wait_reasons.size() ? target_.wait_reasons[number] : "";
}

std::optional<pid_t> GoroutineReader::thread(const Raw& raw) const {
  const auto machine = raw.at<Address>(target_.layout->thread);
  if (machine == 0) return std::nullopt;
  const auto number =
      target_.program.memory().value<std::uint64_t>(machine + target_.layout->thread_id);
  if (!number || *number == 0 || *number > 1U << 30) return std::nullopt;
  return static_cast<pid_t>(*number);
}

Goroutine GoroutineReader::describe(const Raw& raw) const {
  const Layout& layout = *target_.layout;
  Goroutine goroutine;
  goroutine.id = raw.at<std::uint64_t>(layout.id);
  goroutine.state = name(raw.status());
  if (raw.status() == waiting) goroutine.reason = reason(raw);
  if (raw.status() == waiting || raw.status() == in_syscall) {
    goroutine.blocked = since(raw.at<std::int64_t>(layout.wait_since));
  }
  if (raw.status() == running || raw.status() == in_syscall) goroutine.thread = thread(raw);
  return goroutine;
}

StackStart GoroutineReader::start(const Raw& raw, const Goroutine& goroutine) const {
  const Layout& layout = *target_.layout;
  StackStart start{.pc = raw.pc(),
                   .sp = raw.sp(),
                   .low = raw.at<Address>(layout.stack_low),
                   .high = raw.at<Address>(layout.stack_high)};
  if (raw.status() == in_syscall) {
    start.pc = raw.at<Address>(layout.syscall_pc);
    start.sp = raw.at<Address>(layout.syscall_sp);
  }
  if (raw.status() == running) {
    // The saved values are old. The kernel has newer ones, unless the thread is
    // running right now; outside the goroutine's stack it is in the runtime.
    const auto place =
        goroutine.thread ? place_in_kernel(target_.program.pid(), *goroutine.thread) : std::nullopt;
    start.pc = place ? place->pc : 0;
    start.sp = place ? place->sp : 0;
  }
  return start;
}

// The address of the semaphore is in the frames of the wait; the function names
// do not identify the lock, since code was inlined.
std::optional<ForkLockWait> GoroutineReader::wait(const std::vector<StackPlace>& places) {
  if (!target_.fork_lock) return std::nullopt;
  const auto waiting_here = [this](const StackPlace& place) {
    const std::string& function = frame(place.pc).function;
    return function == "runtime.semacquire1" || function == "runtime.semacquire";
  };
  const auto found = std::ranges::find_if(places, waiting_here);
  if (places.end() - found < 2) return std::nullopt;
  // Its own frame, and the arguments in its caller's frame.
  const Address end = places.end() - found > 2 ? (found + 2)->sp : (found + 1)->sp;
  for (Address at = found->sp; at < end; at += sizeof(Address)) {
    const auto word = value_at<Address>(walker_.bytes(), at - places.front().sp);
    if (!word) return std::nullopt;
    if (const auto kind = wait_at(*word, *target_.fork_lock)) return kind;
    if (target_.forking_lock && wait_at(*word, *target_.forking_lock) == ForkLockWait::queued) {
      return ForkLockWait::queued;
    }
  }
  return std::nullopt;
}

const Frame& GoroutineReader::frame(Address pc) {
  const auto known = frames_.find(pc);
  if (known != frames_.end()) return known->second;
  Frame frame;
  const auto& table = target_.lines;
  const Address instruction = instruction_of(table, pc);
  if (const auto function = table.function(instruction)) {
    frame.function = function->name;
    if (const auto line = table.line(*function, instruction)) {
      frame.file = shorten(line->file);
      frame.line = line->number;
    }
  }
  return frames_.emplace(pc, std::move(frame)).first->second;
}

std::optional<Goroutine> GoroutineReader::read(Address address) {
  constexpr int tries = 3;
  Goroutine goroutine;
  for (int i = 0; i < tries; ++i) {
    const auto before = read_raw(address);
    if (!before) return std::nullopt;
    if (before->status() == dead || before->status() == idle) return Goroutine{};
    goroutine = describe(*before);
    const auto places = walker_.walk(start(*before, goroutine));
    const auto after = read_raw(address);
    if (after && before->same(*after)) {
      for (const StackPlace& place : places) goroutine.stack.push_back(frame(place.pc));
      if (before->status() == waiting) goroutine.waits = wait(places);
      const auto creator = before->at<Address>(target_.layout->creator);
      // The runtime creates the first one, which is of no interest.
      if (goroutine.id != 1 && !frame(creator).function.empty()) {
        goroutine.created_by = frame(creator);
      }
      return goroutine;
    }
  }
  goroutine.unsettled = true;
  return goroutine;
}

}  // namespace goroutines
