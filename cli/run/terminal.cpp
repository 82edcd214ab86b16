// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "run/terminal.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstring>

namespace run {
namespace {

std::optional<winsize> our_size() {
  winsize size{};
  for (const int descriptor : {0, 1, 2}) {
    if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0) return size;
  }
  return std::nullopt;
}

bool for_later(int error) { return error == EAGAIN || error == EINTR; }

}  // namespace

forklift::WindowSize window_size() {
  const auto size = our_size();
  // A terminal that does not know its size reports 0.
  if (!size || size->ws_row == 0 || size->ws_col == 0) return {};
  return {size->ws_row, size->ws_col, size->ws_xpixel, size->ws_ypixel};
}

void RawTerminal::enter() {
  // In the background the terminal belongs to another process group.
  if (before_ || ::tcgetpgrp(0) != ::getpgrp()) return;
  termios now{};
  if (::tcgetattr(0, &now) != 0) return;
  before_ = now;
  ::cfmakeraw(&now);
  ::tcsetattr(0, TCSADRAIN, &now);
}

void RawTerminal::leave() {
  if (before_) ::tcsetattr(0, TCSADRAIN, &*before_);
  before_.reset();
}

pollfd Flow::wanted() const noexcept {
  if (!empty()) return {to_, POLLOUT, 0};
  return {ended_ ? -1 : from_, POLLIN, 0};
}

void Flow::move() {
  if (empty()) {
    fill();
  } else {
    drain();
  }
}

void Flow::fill() {
  const ssize_t got = ::read(from_, bytes_.data(), bytes_.size());
  if (got < 0 && for_later(errno)) return;
  if (got <= 0) {  // a terminal without other users returns EIO
    ended_ = true;
    return;
  }
  begin_ = 0;
  end_ = refused_ ? 0 : static_cast<std::size_t>(got);
  last_ = bytes_[static_cast<std::size_t>(got) - 1];
}

void Flow::drain() {
  const ssize_t put = ::write(to_, bytes_.data() + begin_, end_ - begin_);
  if (put < 0 && for_later(errno)) return;
  refused_ = put < 0;
  begin_ = refused_ ? end_ : begin_ + static_cast<std::size_t>(put);
}

void Flow::add(const char* bytes, std::size_t count) {
  if (begin_ == end_) begin_ = end_ = 0;
  if (end_ + count > bytes_.size()) return;
  std::memcpy(bytes_.data() + end_, bytes, count);
  end_ += count;
}

Relay::Relay(int terminal) : terminal_(terminal), typed_(0, terminal), printed_(terminal, 1) {
  // A program that does not read its input must not block the rest.
  ::fcntl(terminal, F_SETFL, ::fcntl(terminal, F_GETFL) | O_NONBLOCK);
  resize();
}

void Relay::add_to(std::vector<pollfd>& waiting) const {
  waiting.push_back(typed_.wanted());
  waiting.push_back(printed_.wanted());
}

void Relay::move(const pollfd* waiting) {
  if (waiting[0].revents) typed_.move();
  if (waiting[1].revents) printed_.move();
  if (typed_.ended() && typed_.empty()) end_input();
}

// A terminal has no end of file: its character, once to pass on an incomplete
// line, and once more at the start of a line.
void Relay::end_input() {
  if (input_ended_) return;
  input_ended_ = true;
  termios line{};
  if (::tcgetattr(terminal_, &line) != 0 || !(line.c_lflag & ICANON)) return;
  const char end[] = {static_cast<char>(line.c_cc[VEOF]), static_cast<char>(line.c_cc[VEOF])};
  typed_.add(end, typed_.last() == '\n' ? 1 : 2);
}

// Written data is readable at once: reads flush the line first (n_tty_read,
// drivers/tty/n_tty.c).
void Relay::finish() {
  while (!printed_.ended()) {
    if (printed_.empty()) {
      printed_.move();
      if (printed_.empty()) return;  // nothing to write, or no reader
    }
    pollfd ready = printed_.wanted();
    ::poll(&ready, 1, -1);
    printed_.move();
  }
}

void Relay::resize() const {
  if (const auto size = our_size()) ::ioctl(terminal_, TIOCSWINSZ, &*size);
}

}  // namespace run
