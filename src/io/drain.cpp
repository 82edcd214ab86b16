// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "io/drain.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "io/pipe_size.hpp"
#include "kernel/above_stdio.hpp"
#include "kernel/write_nosigpipe.hpp"
#include "io/open_file.hpp"

namespace forklift {
namespace {

// A kernel with MFD_NOEXEC_SEAL (Linux 6.3) may require it (vm.memfd_noexec).
Fd make_memfd() {
  constexpr unsigned noexec_seal = 8;
  constexpr unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  Fd made(::memfd_create("forklift-output", flags | noexec_seal));
  if (!made) made = Fd(::memfd_create("forklift-output", flags));
  if (made) made = kernel::above_stdio(std::move(made));
  if (!made) fail("cannot make a memfd");
  return made;
}

long result_of(ssize_t size) noexcept { return size < 0 ? -errno : size; }

}  // namespace

Drain::Drain(const Sink& sink, std::size_t limit)
    : target_(sink.target()), left_(limit), piece_(narrow_pipe) {
  if (const auto* const file = std::get_if<Sink::File>(&target_)) {
    file_ = open_file(file->path, O_WRONLY | O_CREAT | file->flags, file->mode);
  }
  if (std::holds_alternative<Sink::Memfd>(target_)) memfd_ = make_memfd();
  if (const auto* const lines = std::get_if<Sink::Lines>(&target_)) lines_.emplace(*lines);
  if (std::holds_alternative<Sink::Discard>(target_)) left_ = 0;
}

void Drain::begin(Fd pipe) {
  pipe_ = std::move(pipe);
  if (pipe_) unblock(pipe_.get());
}

// A terminal's end is EIO. Bounded, for the other stream and the deadline.
void Drain::read() {
  for (std::size_t total = 0; total < wide_pipe;) {
    const long size = read_some();
    if (size == -EINTR) continue;
    if (size == -EAGAIN) return;
    if (size == -EIO && ::isatty(pipe_.get())) return end_of_terminal();
    if (size == 0) return close();
    if (size < 0) fail("cannot read the output", static_cast<int>(-size));
    rests_ = false;
    total += static_cast<std::size_t>(size);
    if (static_cast<std::size_t>(size) < piece_) return;  // no more data now
    widen_pipe();
  }
}

// Most programs close their streams before they end.
void Drain::end_of_terminal() noexcept {
  rests_ = !child_ended_;
  if (child_ended_) close();
}

// Only large pieces warrant the memory.
void Drain::widen_pipe() {
  if (piece_ == wide_pipe || !widen(pipe_.get())) return;
  piece_ = wide_pipe;
  buffer_.reset();
}

long Drain::read_some() {
  const bool is_kept = !lines_ && !std::holds_alternative<Sink::Pieces>(target_);
  if (is_kept && left_ == 0) return throw_away();
  return std::holds_alternative<Sink::Memory>(target_) ? read_text() : read_and_take();
}

// Directly into the string: the kernel's copy is the only one.
long Drain::read_text() {
  const std::size_t before = text_.size();
  const std::size_t room = std::min(piece_, left_);
  long size = 0;
  text_.resize_and_overwrite(before + room, [&](char* text, std::size_t) {
    size = result_of(::read(pipe_.get(), text + before, room));
    return before + static_cast<std::size_t>(std::max(size, 0L));
  });
  left_ -= static_cast<std::size_t>(std::max(size, 0L));
  return size;
}

long Drain::read_and_take() {
  const long size = result_of(::read(pipe_.get(), buffer(), piece_));
  if (size > 0) take({buffer_.get(), static_cast<std::size_t>(size)});
  return size;
}

// The pages are discarded from the pipe, uncopied; without /dev/null or
// splice(2) they are read.
long Drain::throw_away() {
  if (splices_ && !null_)
    null_ = kernel::above_stdio(Fd(::open("/dev/null", O_WRONLY | O_CLOEXEC)));
  long size = -EINVAL;
  if (splices_) {
    size =
        result_of(::splice(pipe_.get(), nullptr, null_.get(), nullptr, piece_, SPLICE_F_NONBLOCK));
    splices_ = size >= 0 || size == -EAGAIN || size == -EINTR;
  }
  if (!splices_) size = result_of(::read(pipe_.get(), buffer(), piece_));
  if (size > 0 && !std::holds_alternative<Sink::Discard>(target_)) truncated_ = true;
  return size;
}

char* Drain::buffer() {
  if (!buffer_) buffer_ = std::make_unique_for_overwrite<char[]>(piece_);
  return buffer_.get();
}

void Drain::take(std::string_view bytes) {
  if (lines_) return lines_->take(bytes);
  if (const auto* const pieces = std::get_if<Sink::Pieces>(&target_)) return pieces->take(bytes);
  const std::string_view kept = bytes.substr(0, left_);
  truncated_ = truncated_ || kept.size() < bytes.size();
  left_ -= kept.size();
  write(kept);
}

void Drain::write(std::string_view bytes) {
  const int file = file_ ? file_.get() : memfd_.get();
  while (!bytes.empty()) {
    const long size = kernel::write_file_quietly(file, bytes.data(), bytes.size());
    if (size == -EINTR) continue;
    if (size < 0) fail("cannot write the output", static_cast<int>(-size));
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
}

void Drain::finish() {
  truncated_ = truncated_ || open();
  rests_ = false;
  close();
  if (lines_) lines_->finish();
  if (!memfd_) return;
  ::lseek(memfd_.get(), 0, SEEK_SET);
  if (std::get<Sink::Memfd>(target_).sealed) {
    ::fcntl(memfd_.get(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
  }
}

// Frees the spare capacity of a read.
std::string Drain::take_text() {
  if (text_.size() < text_.capacity() / 2) text_.shrink_to_fit();
  return std::move(text_);
}

}  // namespace forklift
