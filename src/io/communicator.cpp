// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Writes a child's input and collects its output until both have ended or time
// is up. Everything is one loop over poll(2): input is written while output is
// read, since a child that waits for a reader would stop reading.

#include "io/communicator.hpp"

#include <signal.h>

#include <algorithm>
#include <utility>

#include "api/tree.hpp"
#include "kernel/process.hpp"

namespace forklift {
namespace {

using kernel::Deadline;

// The places of the poll(2) entries; the children's come after them.
enum PollSlot : std::size_t { input, source, output, error, first_child };

}  // namespace

Communicator::Communicator(const OutputOptions& options)
    : options_(options),
      in_(options.input),
      out_(options.out, options.limit),
      err_(options.err, options.limit) {}

void Communicator::run(std::span<Child> children) {
  may_wait_ = true;
  try {
    begin(children);
    do {
      release_closed();
      const auto waited_for = poll_entries();
      const Deadline until = next_deadline();
      const timespec left = until.is_never() ? timespec{} : until.left();
      const timespec* const limit = until.is_never() ? nullptr : &left;
      if (::ppoll(waited_for.data(), waited_for.size(), limit, nullptr) < 0) {
        for (pollfd& entry : waited_for) entry.revents = 0;
      }
    } while (!perform());
    release_closed();
  } catch (...) {
    end_trees(children);
    throw;
  }
}

void Communicator::begin(std::span<Child> children) {
  children_ = children;
  running_ = children.size();
  if (options_.timeout) deadline_ = Deadline::after(*options_.timeout);
  entries_.resize(first_child + children.size());
  ended_.resize(children.size());
  in_.begin(std::move(children.front().in()));
  Child& last = children.back();
  out_.begin(std::move(last.out() ? last.out() : last.terminal()));
  err_.begin(std::move(last.err() ? last.err() : last.terminal()));
}

std::span<pollfd> Communicator::poll_entries() {
  entries_[input] = in_.pipe_entry();
  entries_[source] = in_.source_entry();
  entries_[output] = {out_.pipe(), POLLIN, 0};
  entries_[error] = {err_.pipe(), POLLIN, 0};
  blind_ = out_.rests() || err_.rests();
  for (std::size_t i = 0; i < children_.size(); ++i) {
    const int announces = ended_[i] ? -1 : children_[i].end_descriptor();
    entries_[first_child + i] = {announces, POLLIN, 0};
    blind_ = blind_ || (!ended_[i] && announces < 0);
  }
  // Nothing announces when such a child ends, or opens its terminal again: poll every 10 ms.
  if (blind_) next_look_ = deadline_.sooner(Deadline::after(std::chrono::milliseconds(10)));
  return entries_;
}

bool Communicator::perform() {
  serve();
  while (!is_over() && deadline_.passed()) {
    if (all_have_ended()) {
      drain_passed_ = true;
      if (out_.open()) out_.read();  // the data available by now
      if (err_.open()) err_.read();
      break;
    }
    escalate();
  }
  if (!is_over() && !drain_passed_) return false;
  finish();
  return true;
}

void Communicator::serve() {
  if (in_.open()) in_.perform(entries_[input], entries_[source]);
  if (entries_[output].revents || out_.rests()) out_.read();
  if (entries_[error].revents || err_.rests()) err_.read();
  for (std::size_t i = 0; i < children_.size(); ++i) {
    if (!ended_[i] && (blind_ || entries_[first_child + i].revents)) poll_child(i);
  }
}

// The time is up: first SIGTERM, after the grace SIGKILL, then no more signals.
void Communicator::escalate() {
  const bool by_force = std::exchange(timed_out_, true);
  deadline_ = by_force ? Deadline::never() : Deadline::after(options_.grace);
  signal_children(by_force ? SIGKILL : SIGTERM);
}

// Does not wait for a child that cannot be killed, nor for its output.
void Communicator::signal_children(int signal) noexcept {
  for (std::size_t i = 0; i < children_.size(); ++i) {
    if (!children_[i].signal_or_leave(signal) || ended_[i]) continue;
    ended_[i] = true;
    if (--running_ == 0) deadline_ = Deadline::after(std::chrono::nanoseconds(0));
  }
}

void Communicator::cancel(int signal) noexcept {
  if (all_have_ended()) deadline_ = Deadline::after(std::chrono::nanoseconds(0));
  signal_children(signal);
}

void Communicator::release_closed() noexcept {
  in_.release_closed();
  out_.release_closed();
  err_.release_closed();
}

void Communicator::finish() {
  in_.give_up();
  out_.finish();
  err_.finish();
}

void Communicator::poll_child(std::size_t index) {
  Child& child = children_[index];
  const kernel::Process process{child.pid(), child.pidfd()};
  const auto at_once = Deadline::after(std::chrono::nanoseconds(0));
  if (child.is_awaited() && !kernel::await_end(process, at_once)) return;
  // Its group's number is still reserved: kill the rest of a stopped tree.
  if (timed_out_) child.kill_tree(SIGKILL);
  // A caller that may wait gets the child's cgroup removed, too.
  if (may_wait_) child.wait();
  ended_[index] = child.try_wait().has_value();
  running_ -= ended_[index];
  if (running_ > 0) return;
  out_.note_end_of_child();
  err_.note_end_of_child();
  const Deadline drained = Deadline::after(options_.drain);
  deadline_ = timed_out_ ? drained : deadline_.sooner(drained);
}

void Communicator::take_result(Captured& captured) {
  captured.out = out_.take_text();
  captured.err = err_.take_text();
  captured.out_memfd = out_.take_memfd();
  captured.err_memfd = err_.take_memfd();
  captured.out_truncated = out_.truncated();
  captured.err_truncated = err_.truncated();
  captured.input_refused = in_.refused();
  captured.timed_out = timed_out_;
  captured.drain_passed = drain_passed_;
}

void communicate_with(std::span<Child> children, const OutputOptions& options, Captured& captured) {
  if (children.empty()) return;
  try {
    Communicator communicator(options);
    communicator.run(children);
    communicator.take_result(captured);
  } catch (...) {
    end_trees(children);
    throw;
  }
}

}  // namespace forklift
