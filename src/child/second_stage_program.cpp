// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "child/second_stage_program.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <forklift/fd.hpp>
#include <memory>

#include "child/second_stage_image.hpp"
#include "kernel/file_identity.hpp"
#include "kernel/probe.hpp"
#include "kernel/raw.hpp"
#include "kernel/write_nosigpipe.hpp"

namespace forklift::launch {
namespace {

constexpr unsigned mfd_exec = 0x10;  // MFD_EXEC, Linux 6.3; refused before

constexpr int all_seals = F_SEAL_SEAL | F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW;

// The program's descriptor, and its identity: a program may close descriptors
// that it does not know (closefrom(3)), and a file that reused the number would
// be executed. No other code can set an inode's change time, and a sealed file
// cannot change.
struct KnownProgram {
  int descriptor = -1;
  kernel::FileIdentity file;
  const KnownProgram* replaced = nullptr;  // one whose descriptor was closed
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

}  // namespace forklift::launch
