// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "conversation.hpp"

#include <signal.h>

#include <algorithm>
#include <utility>

#include "kernel/process.hpp"

namespace forklift {
namespace {

using kernel::Deadline;

// The places of the poll(2) entries; the children's come after them.
enum Place : std::size_t { input, source, output, error, first_child };

}  // namespace

Conversation::Conversation(const OutputOptions& options)
    : options_(options),
      in_(options.input),
      out_(options.out, options.limit),
      err_(options.err, options.limit) {}

void Conversation::hold(std::span<Child> children) {
  children_ = children;
  running_ = children.size();
  if (options_.timeout) deadline_ = Deadline::after(*options_.timeout);
  try {
    entries_.resize(first_child + children.size());
    ended_.resize(children.size());
    in_.begin(std::move(children.front().in()));
    out_.begin(std::move(children.back().out()));
    err_.begin(std::move(children.back().err()));
    talk();
  } catch (...) {
    end_all();
    throw;
  }
}

void Conversation::talk() {
  while (!all_have_ended() || out_.open() || err_.open()) {
    if (!deadline_.passed()) {
      wait_for_something();
    } else if (!all_have_ended()) {
      hurry();
    } else {
      drain_passed_ = true;
      break;
    }
  }
  in_.give_up();
  out_.finish();
  err_.finish();
}

// The time is up: first SIGTERM, after the grace SIGKILL, then no more.
void Conversation::hurry() {
  for (Child& child : children_) child.kill_tree(timed_out_ ? SIGKILL : SIGTERM);
  deadline_ = timed_out_ ? Deadline::never() : Deadline::after(options_.grace);
  timed_out_ = true;
}

void Conversation::wait_for_something() {
  entries_[input] = in_.pipe_entry();
  entries_[source] = in_.source_entry();
  entries_[output] = {out_.pipe(), POLLIN, 0};
  entries_[error] = {err_.pipe(), POLLIN, 0};
  // Without a pidfd nothing announces the end: look every 10 ms.
  bool blind = false;
  for (std::size_t i = 0; i < children_.size(); ++i) {
    entries_[first_child + i] = {ended_[i] ? -1 : children_[i].pidfd(), POLLIN, 0};
    blind = blind || (!ended_[i] && children_[i].pidfd() < 0);
  }
  const Deadline until =
      blind ? deadline_.sooner(Deadline::after(std::chrono::milliseconds(10))) : deadline_;
  const timespec left = until.is_never() ? timespec{} : until.left();
  const timespec* const limit = until.is_never() ? nullptr : &left;
  if (::ppoll(entries_.data(), entries_.size(), limit, nullptr) < 0) return;
  go_on(blind);
}

void Conversation::go_on(bool blind) {
  if (in_.open()) in_.go_on(entries_[input], entries_[source]);
  if (entries_[output].revents) out_.read();
  if (entries_[error].revents) err_.read();
  for (std::size_t i = 0; i < children_.size(); ++i) {
    if (!ended_[i] && (blind || entries_[first_child + i].revents)) look_at(i);
  }
}

void Conversation::look_at(std::size_t index) {
  Child& child = children_[index];
  const kernel::Process process{child.pid(), child.pidfd()};
  if (!kernel::await_end(process, Deadline::after(std::chrono::nanoseconds(0)))) return;
  // Its group still has its number: what is left of a tree that was stopped goes.
  if (timed_out_) child.kill_tree(SIGKILL);
  ended_[index] = child.try_wait().has_value();
  running_ -= ended_[index];
  if (running_ > 0) return;
  const Deadline drained = Deadline::after(options_.drain);
  deadline_ = timed_out_ ? drained : deadline_.sooner(drained);
}

void Conversation::end_all() noexcept {
  for (Child& child : children_) child.kill_tree(SIGKILL);
  for (Child& child : children_) child.wait();
}

void Conversation::hand_over(Captured& captured) {
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

Output Child::communicate(const OutputOptions& options) {
  Output output;
  try {
    Conversation conversation(options);
    conversation.hold({this, 1});
    conversation.hand_over(output);
  } catch (...) {
    kill_tree();
    wait();
    throw;
  }
  output.status = wait();
  return output;
}

}  // namespace forklift
