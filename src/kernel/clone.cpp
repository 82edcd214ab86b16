// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "kernel/clone.hpp"

#include "kernel/numbers.hpp"
#include "kernel/raw.hpp"

namespace forklift::kernel {
namespace {

// struct clone_args of <linux/sched.h>. Every kernel that has clone3 accepts the
// first 64 bytes; those with CLONE_INTO_CGROUP (Linux 5.7) all 88.
struct CloneArguments {
  std::uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
  std::uint64_t set_tid = 0, set_tid_size = 0, cgroup = 0;
};
static_assert(sizeof(CloneArguments) == 88);
constexpr std::size_t first_size = 64;

std::uint64_t address(const void* pointer) noexcept {
  return reinterpret_cast<std::uint64_t>(pointer);
}

// The call returns twice, the second time on a stack without a frame; so the
// child calls `entry` inside the same asm statement, and `raw::enter` will not do.
long enter_twice(long number, long a, long b, long c, long d, long e, ChildEntry entry,
                 void* argument) noexcept {
#if defined(__x86_64__)
  long result;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  register void* r9 asm("r9") = argument;
  register ChildEntry r12 asm("r12") = entry;
  asm volatile(FORKLIFT_ENTER_KERNEL
               "\n\t"
               "test %%rax, %%rax\n\t"
               "jnz 1f\n\t"
               "xor %%ebp, %%ebp\n\t"
               "mov %%r9, %%rdi\n\t"
               "call *%%r12\n\t"
               "ud2\n"
               "1:"
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9), "r"(r12)
               : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long x8 asm("x8") = number;
  register long x0 asm("x0") = a;
  register long x1 asm("x1") = b;
  register long x2 asm("x2") = c;
  register long x3 asm("x3") = d;
  register long x4 asm("x4") = e;
  register ChildEntry x10 asm("x10") = entry;
  register void* x11 asm("x11") = argument;
  asm volatile(FORKLIFT_ENTER_KERNEL
               "\n\t"
               "cbnz x0, 1f\n\t"
               "mov x29, xzr\n\t"
               "mov x30, xzr\n\t"
               "mov x0, x11\n\t"
               "blr x10\n\t"
               "brk #1\n"
               "1:"
               : "+r"(x0)
               : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x10), "r"(x11)
               : "memory");
  return x0;
#endif
}

long clone_new(const CloneRequest& request, ChildEntry entry, void* argument) noexcept {
  const bool has_cgroup = request.cgroup >= 0;
  const CloneArguments arguments{
      .flags = request.flags | (has_cgroup ? clone_into_cgroup : 0),
      .pidfd = address(request.pidfd),
      .child_tid = address(request.word),
      .parent_tid = address(request.tid),
      .exit_signal = static_cast<std::uint64_t>(request.exit_signal),
      .stack = address(request.stack),
      .stack_size = request.stack_size,
      .tls = 0,
      .cgroup = static_cast<std::uint64_t>(has_cgroup ? request.cgroup : 0)};
  const std::size_t size = has_cgroup ? sizeof arguments : first_size;
  return enter_twice(nr_clone3, raw::as_word(&arguments), static_cast<long>(size), 0, 0, 0, entry,
                     argument);
}

// clone(2): CLONE_PIDFD stores through the same pointer as CLONE_PARENT_SETTID,
// and the architectures differ in the order of the last two arguments.
long clone_old(const CloneRequest& request, ChildEntry entry, void* argument) noexcept {
  const long flags = static_cast<long>(request.flags) | request.exit_signal;
  const long top = raw::as_word(request.stack + request.stack_size);
  const long stored = request.tid ? raw::as_word(request.tid) : raw::as_word(request.pidfd);
  const long word = raw::as_word(request.word);
  constexpr long tls = 0;
#if defined(__x86_64__)
  return enter_twice(SYS_clone, flags, top, stored, word, tls, entry, argument);
#elif defined(__aarch64__)
  return enter_twice(SYS_clone, flags, top, stored, tls, word, entry, argument);
#endif
}

}  // namespace

long clone_child(const CloneRequest& request, ChildEntry entry, void* argument) noexcept {
  return request.clone3 ? clone_new(request, entry, argument) : clone_old(request, entry, argument);
}

}  // namespace forklift::kernel
