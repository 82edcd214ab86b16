// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "plan/second_stage.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <forklift/fd.hpp>
#include <map>
#include <memory>

#include "kernel/file_identity.hpp"
#include "kernel/probe.hpp"
#include "kernel/raw.hpp"
#include "kernel/write_nosigpipe.hpp"
#include "child/handover.hpp"
#include "child/second_stage_image.hpp"

namespace forklift::launch {
namespace {

// --- the program in memory ---------------------------------------------------------

constexpr unsigned mfd_exec = 0x10;  // MFD_EXEC, Linux 6.3; refused before

constexpr int all_seals = F_SEAL_SEAL | F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW;

// The program's descriptor, and by what it is recognized: a program may close
// descriptors that it does not know (closefrom(3)), and what gets the number then
// would be executed. Nobody else can set an inode's time of change, and what is
// sealed stays what it was.
struct KnownProgram {
  int descriptor = -1;
  kernel::FileIdentity file;
  const KnownProgram* replaced = nullptr;  // the one whose descriptor was closed
  bool is_there() const noexcept {
    return file == kernel::FileIdentity::of(descriptor) &&
           ::fcntl(descriptor, F_GET_SEALS) == all_seals;
  }
};

// Never freed: another thread may be comparing it.
std::atomic<const KnownProgram*> known{nullptr};

// A file size limit ends a write early, and makes the next one fail with EFBIG.
template <class Bytes>
int fill(int file, Bytes image) noexcept {
  while (!image.empty()) {
    const long size = kernel::write_file_quietly(file, image.data(), image.size());
    if (size < 0 && size != -EINTR) return static_cast<int>(-size);
    if (size == 0) return EIO;
    if (size > 0) image = image.subspan(static_cast<std::size_t>(size));
  }
  return 0;
}

std::expected<Fd, int> make_program() {
  if (kernel::features().kills(kernel::Tasted::memfd_create)) return std::unexpected(EPERM);
  const auto image = second_stage_image();
  const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  long made = kernel::raw::call(SYS_memfd_create, "forklift-second-stage", flags | mfd_exec);
  if (made == -EINVAL) made = kernel::raw::call(SYS_memfd_create, "forklift-second-stage", flags);
  if (made < 0) return std::unexpected(static_cast<int>(-made));
  Fd program(static_cast<int>(made));
  // Numbers 0 to 2 are what children inherit.
  if (program.get() <= 2) program = Fd(::fcntl(program.get(), F_DUPFD_CLOEXEC, 3));
  if (const int error = fill(program.get(), image)) return std::unexpected(error);
  if (::fcntl(program.get(), F_ADD_SEALS, all_seals) < 0) return std::unexpected(errno);
  return program;
}

// --- what is handed over ------------------------------------------------------------

class Packer {
 public:
  explicit Packer(const CompiledPlan& compiled) : compiled_(compiled) {
    for (const std::string& text : compiled.texts) kept_[text.c_str()] = &text;
  }

  std::string pack() {
    const auto first = compiled_.calls.begin() + compiled_.second_stage;
    std::vector<Call> calls(first, compiled_.calls.end());
    std::vector<Fill> fills = compiled_.fills;
    head_.calls = static_cast<int>(calls.size());
    head_.fills = static_cast<int>(fills.size());
    head_.tell = compiled_.tell;
    start_ = sizeof head_ + calls.size() * sizeof(Call) + fills.size() * sizeof(Fill);
    for (Call& call : calls) {
      for (Argument& argument : call.arguments) {
        if (argument.from == From::text || argument.from == From::data) move(argument.value);
        if (argument.from == From::texts) argument.value = 0;
      }
    }
    for (Fill& fill : fills) {
      if (fill.is_address) move(fill.value);
    }
    head_.bytes = static_cast<long>(start_ + data_.size());
    std::string all(reinterpret_cast<const char*>(&head_), sizeof head_);
    all.append(reinterpret_cast<const char*>(calls.data()), calls.size() * sizeof(Call));
    all.append(reinterpret_cast<const char*>(fills.data()), fills.size() * sizeof(Fill));
    return all + data_;
  }

 private:
  // Replaces the address of something kept by its place in the bytes.
  void move(long& address) {
    const auto* const key = reinterpret_cast<const char*>(address);
    const auto [place, is_new] = places_.try_emplace(key, start_ + data_.size());
    if (is_new) {
      data_.append(*kept_.at(key));
      data_.append(alignment - data_.size() % alignment, '\0');  // ends strings, too
    }
    address = static_cast<long>(place->second);
  }

  static constexpr std::size_t alignment = 16;
  static_assert(sizeof(Handover) % 8 == 0 && sizeof(Call) % 8 == 0 && sizeof(Fill) % 8 == 0);

  const CompiledPlan& compiled_;
  std::map<const char*, const std::string*> kept_;
  std::map<const char*, std::size_t> places_;
  Handover head_;
  std::size_t start_ = 0;
  std::string data_;
};

std::string without_nul(const std::string& bytes, std::size_t& at) {
  std::string text;
  while (at < bytes.size() && text.size() < longest_part) {
    const auto byte = static_cast<unsigned char>(bytes[at]);
    if (byte == 0) {
      std::size_t run = 1;
      while (run < 255 && at + run < bytes.size() && bytes[at + run] == 0) ++run;
      text += {static_cast<char>(zeros), static_cast<char>(run)};
      at += run;
      continue;
    }
    if (byte == zeros || byte == literal) text += static_cast<char>(literal);
    text += bytes[at++];
  }
  return text;
}

}  // namespace

std::expected<int, int> second_stage_program() {
  const KnownProgram* seen = known.load(std::memory_order_acquire);
  if (seen && seen->is_there()) return seen->descriptor;
  auto made = make_program();
  if (!made) return std::unexpected(made.error());
  std::unique_ptr<KnownProgram> fresh(
      new KnownProgram{made->get(), kernel::FileIdentity::of(made->get()), seen});
  if (known.compare_exchange_strong(seen, fresh.get(), std::memory_order_acq_rel)) {
    static_cast<void>(fresh.release());
    return made->release();
  }
  return seen->descriptor;  // another thread was faster
}

std::optional<Failure> hand_over(CompiledPlan& compiled) {
  const std::string bytes = Packer(compiled).pack();
  const std::size_t taken = bytes.size() + compiled.frame_bytes + sizeof(Frame);
  if (taken > most_handed_over) {
    return Failure{Step::second_stage,
                   "a plan of " + std::to_string(taken) + " bytes, where " +
                       std::to_string(most_handed_over) + " are the most",
                   E2BIG};
  }
  for (std::size_t at = 0; at < bytes.size();) {
    compiled.texts.push_back(without_nul(bytes, at));
    compiled.second_argv.push_back(compiled.texts.back().c_str());
  }
  compiled.second_argv.push_back("");
  compiled.second_argv.insert(compiled.second_argv.end(), compiled.argv.begin(),
                              compiled.argv.end());
  Call& start = compiled.calls[static_cast<std::size_t>(compiled.second_stage) - 1];
  start.arguments[2].value = reinterpret_cast<long>(compiled.second_argv.data());
  return std::nullopt;
}

}  // namespace forklift::launch
