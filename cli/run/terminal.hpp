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

/// The size of the terminal that is one of our standard streams, else the usual.
forklift::WindowSize window_size();

/// Our terminal, if standard input is one, set to hand over every key as it is
/// typed; as it was before at the end.
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

/// Bytes on their way from one descriptor to another.
class Flow {
 public:
  Flow(int from, int to) noexcept : from_(from), to_(to) {}

  /// What to wait for now: reading, or else writing.
  pollfd wanted() const noexcept;
  /// Reads or writes once, as `wanted` said.
  void move();
  /// Puts bytes in, behind those that are on their way.
  void add(const char* bytes, std::size_t count);
  bool ended() const noexcept { return ended_; }
  bool empty() const noexcept { return begin_ == end_; }
  char last() const noexcept { return last_; }

 private:
  void fill();
  void drain();

  int from_, to_;
  bool ended_ = false;    // there is nothing more to read
  bool refused_ = false;  // nobody takes it: what is read is dropped
  char last_ = '\n';
  // What a pipe that is ready takes without making us wait (PIPE_BUF).
  std::array<char, 4096> bytes_;
  std::size_t begin_ = 0, end_ = 0;
};

/// Relays between our standard streams and a pseudoterminal, as script(1) does.
class Relay {
 public:
  /// `terminal` is our end, borrowed.
  explicit Relay(int terminal);

  void add_to(std::vector<pollfd>& waiting) const;
  /// Moves what can be moved; `waiting` is what `add_to` added, as poll(2) left it.
  void move(const pollfd* waiting);
  /// Gives out what the program has written until now.
  void finish();

  /// Gives the pseudoterminal the size of our terminal.
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
