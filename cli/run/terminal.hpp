// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <poll.h>
#include <termios.h>

#include <array>
#include <cstddef>
#include <forklift/terminal.hpp>
#include <optional>
#include <vector>

namespace run {

/// The size of the terminal among our standard streams, or else the usual.
forklift::WindowSize window_size();

/// Sets our terminal, if standard input is one, to pass on every key as typed;
/// restored at the end.
class RawTerminal {
 public:
  RawTerminal() { enter(); }
  ~RawTerminal() { leave(); }
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;

  void enter();
  void leave();

 private:
  std::optional<termios> before_;
};

/// Bytes in transit from one descriptor to another.
class Flow {
 public:
  Flow(int from, int to) noexcept : from_(from), to_(to) {}

  /// The event to wait for now: reading, or else writing.
  pollfd wanted() const noexcept;
  /// Reads or writes once, according to `wanted`.
  void move();
  /// Inserts bytes behind those in transit.
  void add(const char* bytes, std::size_t count);
  bool ended() const noexcept { return ended_; }
  bool empty() const noexcept { return begin_ == end_; }
  char last() const noexcept { return last_; }

 private:
  void fill();
  void drain();

  int from_, to_;
  bool ended_ = false;    // there is no more to read
  bool refused_ = false;  // the reader is gone: input is dropped
  char last_ = '\n';
  // The amount that a ready pipe takes without blocking (PIPE_BUF).
  std::array<char, 4096> bytes_;
  std::size_t begin_ = 0, end_ = 0;
};

/// Relays between our standard streams and a pseudoterminal, as script(1) does.
class Relay {
 public:
  /// `terminal` is our end, borrowed.
  explicit Relay(int terminal);

  void add_to(std::vector<pollfd>& waiting) const;
  /// Moves available data; `waiting` is the part from `add_to`, after poll(2).
  void move(const pollfd* waiting);
  /// Writes the program's output so far.
  void finish();

  /// Sets the size of the pseudoterminal to that of our terminal.
  void resize() const;
  void pause() { raw_.leave(); }
  void resume() { raw_.enter(); }

 private:
  void end_input();

  int terminal_;
  RawTerminal raw_;
  Flow typed_, printed_;
  bool input_ended_ = false;
};

}  // namespace run
