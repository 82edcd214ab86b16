// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "io/input_writer.hpp"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <variant>

#include "io/pipe_size.hpp"
#include "kernel/write_nosigpipe.hpp"
#include "io/open_file.hpp"

namespace forklift {

InputWriter::InputWriter(const Input& input) : input_(input) {
  const Input::Source& source = input.source();
  if (const auto* const text = std::get_if<std::string>(&source)) pending_ = *text;
  if (const auto* const text = std::get_if<std::string_view>(&source)) pending_ = *text;
  if (const auto* const file = std::get_if<Input::File>(&source)) {
    file_ = open_file(file->path, O_RDONLY);
    source_ = file_.get();
  }
  if (const auto* const given = std::get_if<Input::Descriptor>(&source)) {
    source_ = given->number;
    // Later a negative number means "no source", not an empty one.
    if (::fcntl(source_, F_GETFD) < 0) {
      fail("cannot read the input from descriptor " + std::to_string(source_));
    }
  }
  if (source_ >= 0) buffer_ = std::make_unique_for_overwrite<char[]>(narrow_pipe);
}

void InputWriter::begin(Fd pipe) {
  pipe_ = std::move(pipe);
  if (!pipe_) {
    refused_ = !input_.empty();
    return;
  }
  unblock(pipe_.get());
  if (pending_.empty() && source_ < 0 && !refill()) close();
}

// A pipe whose reader has gone reports POLLERR, whatever events are requested.
pollfd InputWriter::pipe_entry() const noexcept {
  return {pipe_.get(), static_cast<short>(pending_.empty() ? 0 : POLLOUT), 0};
}

pollfd InputWriter::source_entry() const noexcept {
  return {open() && reads_source() ? source_ : -1, POLLIN, 0};
}

void InputWriter::perform(const pollfd& pipe, const pollfd& source) {
  if (pipe.revents & POLLERR) return give_up();
  if (source.revents) refill_from_source();
  if (open() && !pending_.empty() && (pipe.revents || source.revents)) put();
}

void InputWriter::give_up() noexcept {
  refused_ = refused_ || (open() && !exhausted_);
  close();
}

// The next piece of a source that never blocks; false at its end.
bool InputWriter::refill() {
  if (const auto* const next = std::get_if<Input::Next>(&input_.source())) pending_ = (*next)();
  exhausted_ = pending_.empty();
  return !exhausted_;
}

void InputWriter::refill_from_source() {
  const ssize_t size = ::read(source_, buffer_.get(), narrow_pipe);
  if (size > 0) {
    pending_ = {buffer_.get(), static_cast<std::size_t>(size)};
  } else if (size == 0) {
    exhausted_ = true;
    close();
  } else if (errno != EINTR && errno != EAGAIN) {
    fail("cannot read the input");
  }
}

// Until the pipe is full, but not forever: a fast reader would keep us from
// reading its output.
void InputWriter::put() {
  for (std::size_t total = 0; total < wide_pipe;) {
    const long size = kernel::write_quietly(pipe_.get(), pending_.data(), pending_.size());
    if (size == -EINTR) continue;
    if (size == -EAGAIN) return;
    if (size == -EPIPE || size == -ECONNRESET) return give_up();  // it reads no more
    if (size < 0) fail("cannot write the input", static_cast<int>(-size));
    pending_.remove_prefix(static_cast<std::size_t>(size));
    total += static_cast<std::size_t>(size);
    if (!pending_.empty() && !std::exchange(wide_, true)) widen(pipe_.get());
    if (!pending_.empty()) continue;
    if (source_ >= 0) return;
    if (!refill()) return close();
  }
}

}  // namespace forklift
