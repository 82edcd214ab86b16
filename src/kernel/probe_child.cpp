// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The child of the probe. Like src/child/child_side.cpp it may run on its
// parent's memory and thread pointer: raw calls only, no undefined symbols.

#include "kernel/probe_child.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "kernel/enumerators.hpp"
#include "kernel/numbers.hpp"
#include "kernel/raw.hpp"

namespace forklift::kernel {
namespace {

constexpr unsigned none = ~0U;

// A filter decides before the kernel checks the arguments: these calls fail
// because of their null pointers and missing descriptors.
long taste(Tasted call) {
  switch (call) {
    case Tasted::seccomp_state: return raw::call(SYS_prctl, PR_GET_SECCOMP);
    case Tasted::core_limit: {
      // 1 keeps the kernel from piping a core, too (core(5)).
      const rlimit no_core{1, 1};
      return raw::call(SYS_prlimit64, 0, RLIMIT_CORE, &no_core, nullptr);
    }
    case Tasted::clone3: return raw::call(nr_clone3, nullptr, 0);
    case Tasted::close_range: return raw::call(nr_close_range, none, none, 0);
    case Tasted::pipe2: return raw::call(SYS_pipe2, nullptr, O_CLOEXEC);
    case Tasted::socketpair:
      return raw::call(SYS_socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, nullptr);
    case Tasted::get_robust_list: return raw::call(SYS_get_robust_list, 0, nullptr, nullptr);
    case Tasted::pidfd_open: return raw::call(nr_pidfd_open, -1, 0);
    case Tasted::pidfd_send_signal: return raw::call(nr_pidfd_send_signal, -1, 0, nullptr, 0);
    case Tasted::wait_by_pidfd:
      return raw::call(SYS_waitid, p_pidfd, -1, nullptr, WEXITED, nullptr);
    case Tasted::pidfd_info: return raw::call(SYS_ioctl, -1, pidfd_get_info, nullptr);
    case Tasted::memfd_create: return raw::call(SYS_memfd_create, nullptr, MFD_CLOEXEC);
  }
  return 0;
}

static_assert(tasted_count == enumerator_count<Tasted>());

void taste_all(ProbeMarks& marks) {
  for (int i = 0; i < tasted_count; ++i) {
    const auto call = static_cast<Tasted>(i);
    if (marks.deadly & tasted_bit(call)) continue;
    __atomic_store_n(&marks.tasting, i, __ATOMIC_RELAXED);
    const bool unfiltered = taste(call) == 0 && call == Tasted::seccomp_state;
    if (unfiltered) break;
  }
  __atomic_store_n(&marks.tasting, -1, __ATOMIC_RELAXED);
}

// The kernel copies the descriptors below the range, so a full one takes no
// time. But a kernel with the call and without the flag would close our
// parent's descriptors: unless it refuses unknown flags, the range is empty.
void try_to_leave(ProbeMarks& marks) {
  constexpr unsigned unknown_flag = 1U << 31;
  marks.close_range = raw::call(nr_close_range, none, none, 0);
  const bool looks = raw::call(nr_close_range, none, none, unknown_flag) == -EINVAL;
  const unsigned first = marks.closes && looks ? 3 : none;
  marks.leave_table = raw::call(nr_close_range, first, none, close_range_unshare);
  // The parent checks whether its own entry survives this.
  if (marks.leave_table == 0) raw::call(SYS_close, marks.canary);
}

}  // namespace

extern "C" void forklift_probe_child(void* argument) {
  auto& marks = *static_cast<ProbeMarks*>(argument);
  marks.visited = 1;
  if (marks.tastes) taste_all(marks);
  if (!(marks.deadly & tasted_bit(Tasted::close_range))) try_to_leave(marks);
  for (;;) raw::call(SYS_exit, 0);
}

}  // namespace forklift::kernel
