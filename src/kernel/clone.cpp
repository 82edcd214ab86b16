// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "kernel/clone.hpp"

#include <signal.h>

#include "kernel/numbers.hpp"
#include "kernel/raw.hpp"

namespace forklift::kernel {
namespace {

// struct clone_args of <linux/sched.h> as of CLONE_ARGS_SIZE_VER0 (64 bytes),
// which every kernel that has clone3 accepts.
struct CloneArguments {
  std::uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
};
static_assert(sizeof(CloneArguments) == 64);

std::uint64_t address(const void* pointer) noexcept {
  return reinterpret_cast<std::uint64_t>(pointer);
}

// Both calls below return twice, the second time on a stack without a frame;
// so the child leaves for `entry` inside the same asm statement.

long clone_new(const CloneRequest& request, ChildEntry entry, void* argument) noexcept {
  const CloneArguments arguments{.flags = request.flags,
                                 .pidfd = address(request.pidfd),
                                 .child_tid = address(request.word),
                                 .parent_tid = address(request.tid),
                                 .exit_signal = SIGCHLD,
                                 .stack = address(request.stack),
                                 .stack_size = request.stack_size,
                                 .tls = 0};
#if defined(__x86_64__)
  long result;
  register ChildEntry r8 asm("r8") = entry;
  register void* r9 asm("r9") = argument;
  asm volatile(
      "syscall\n\t"
      "test %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "xor %%ebp, %%ebp\n\t"
      "mov %%r9, %%rdi\n\t"
      "call *%%r8\n\t"
      "ud2\n"
      "1:"
      : "=a"(result)
      : "a"(nr_clone3), "D"(&arguments), "S"(sizeof arguments), "r"(r8), "r"(r9)
      : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long x8 asm("x8") = nr_clone3;
  register long x0 asm("x0") = reinterpret_cast<long>(&arguments);
  register long x1 asm("x1") = sizeof arguments;
  register ChildEntry x10 asm("x10") = entry;
  register void* x11 asm("x11") = argument;
  asm volatile(
      "svc #0\n\t"
      "cbnz x0, 1f\n\t"
      "mov x29, xzr\n\t"
      "mov x30, xzr\n\t"
      "mov x0, x11\n\t"
      "blr x10\n\t"
      "brk #1\n"
      "1:"
      : "+r"(x0)
      : "r"(x8), "r"(x1), "r"(x10), "r"(x11)
      : "memory");
  return x0;
#endif
}

long clone_old(const CloneRequest& request, ChildEntry entry, void* argument) noexcept {
  const long flags = static_cast<long>(request.flags) | SIGCHLD;
  std::byte* const top = request.stack + request.stack_size;
  // clone(2): CLONE_PIDFD stores through the same pointer as CLONE_PARENT_SETTID.
  void* const stored = request.tid ? static_cast<void*>(request.tid) : request.pidfd;
#if defined(__x86_64__)
  long result;
  register std::uint32_t* r10 asm("r10") = request.word;
  register long r8 asm("r8") = 0;  // tls
  register void* r9 asm("r9") = argument;
  register ChildEntry r12 asm("r12") = entry;
  asm volatile(
      "syscall\n\t"
      "test %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "xor %%ebp, %%ebp\n\t"
      "mov %%r9, %%rdi\n\t"
      "call *%%r12\n\t"
      "ud2\n"
      "1:"
      : "=a"(result)
      : "a"(SYS_clone), "D"(flags), "S"(top), "d"(stored), "r"(r10), "r"(r8), "r"(r9), "r"(r12)
      : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long x8 asm("x8") = SYS_clone;
  register long x0 asm("x0") = flags;
  register std::byte* x1 asm("x1") = top;
  register void* x2 asm("x2") = stored;
  register long x3 asm("x3") = 0;  // tls
  register std::uint32_t* x4 asm("x4") = request.word;
  register ChildEntry x10 asm("x10") = entry;
  register void* x11 asm("x11") = argument;
  asm volatile(
      "svc #0\n\t"
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

}  // namespace

long clone_child(const CloneRequest& request, ChildEntry entry, void* argument) noexcept {
  return request.clone3 ? clone_new(request, entry, argument) : clone_old(request, entry, argument);
}

}  // namespace forklift::kernel
